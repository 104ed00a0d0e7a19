@echo off
rem Runs Hone with the given arguments; builds it first if its sources changed. The Unix form is the file `hone`.
setlocal DisableDelayedExpansion
set "root=%~dp0"
set "once=%root%artifacts\once"
set "program=%root%artifacts\bin\Hone.Cli\release\hone.dll"

where dotnet >nul 2>nul
if errorlevel 1 goto nosdk

rem One build at a time: the file stays open, and so locked, while :once runs; the redirection fails for everyone else.
if not exist "%once%" mkdir "%once%"
:again
set "state="
2>nul (
  9>"%once%\lock" call :once
)
if not defined state (
  ping -n 2 127.0.0.1 >nul
  goto again
)
if "%state%"=="nosdk" goto nosdk
if "%state%"=="failed" (
  echo hone: building src\Hone.Cli failed: 1>&2
  findstr /r /c:"error [A-Z][A-Z]*[0-9][0-9]*:" "%once%\windows.log" 1>&2
  echo   everything it said: artifacts\once\windows.log 1>&2
  exit /b 1
)

dotnet "%program%" %*
exit /b %errorlevel%

:nosdk
echo hone: the .NET SDK 10 is needed; install it from https://dotnet.microsoft.com/download/dotnet/10.0 1>&2
exit /b 1

rem Sets state to ok, failed or nosdk. robocopy keeps a mirror of the sources: it returns 0 if nothing differed from the
rem last call, so an edit, an addition and a deletion all take the mark away that a finished build leaves.
:once
set "changed="
robocopy "%root%src" "%once%\mirror\src" /mir /njh /njs /ndl /nfl /np /r:1 /w:1 >nul
if errorlevel 1 set "changed=1"
robocopy "%root%." "%once%\mirror\root" Directory.* global.json .editorconfig BannedSymbols.txt /njh /njs /ndl /nfl /np /r:1 /w:1 >nul
if errorlevel 1 set "changed=1"
if defined changed if exist "%once%\windows.built" del "%once%\windows.built"
if exist "%once%\windows.built" if exist "%program%" (
  set "state=ok"
  exit /b 0
)
pushd "%root%"
dotnet --version >nul 2>nul
if errorlevel 1 (
  popd
  set "state=nosdk"
  exit /b 0
)
rem No build server outlives the call: it would inherit the lock.
dotnet build "src\Hone.Cli\Hone.Cli.csproj" --configuration Release --nologo --verbosity quiet -nodeReuse:false -p:UseSharedCompilation=false >"%once%\windows.log" 2>&1 <nul
if errorlevel 1 (
  set "state=failed"
) else (
  set "state=ok"
  echo built >"%once%\windows.built"
)
popd
exit /b 0
