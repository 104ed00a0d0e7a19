using System.Diagnostics;

namespace Hone.Architecture.Tests;

/// <summary>A copy of the command scripts in a folder of its own, with a <c>dotnet</c> that records its calls instead of building.</summary>
internal sealed class ScriptSandbox : IDisposable
{
    private const string FakeDotnet = """
        #!/bin/sh
        root=$(cd "$(dirname "$0")/.." && pwd)
        case $1 in
            --version) exit "$(cat "$root/sdk.code" 2>/dev/null || echo 0)" ;;
            --list-sdks) echo '8.0.100 [somewhere]' ;;
            build)
                echo "$2" >>"$root/builds"
                if [ -e "$root/build.errors" ]; then
                    cat "$root/build.errors"
                    exit 1
                fi
                for project in "$root"/repo*/src/* "$root"/repo*/tests/*; do
                    folder=$(dirname "$(dirname "$project")")/artifacts/bin/$(basename "$project")/release
                    mkdir -p "$folder"
                    : >"$folder/hone.dll"
                    : >"$folder/$(basename "$project").dll"
                done
                ;;
            *)
                name=$(basename "$1" .dll)
                shift
                for argument; do
                    echo "argument: $argument"
                done >"$root/$name.arguments"
                cat "$root/$name.output" 2>/dev/null
                exit "$(cat "$root/$name.code" 2>/dev/null || echo 0)"
                ;;
        esac
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("hone-scripts-").FullName;

    /// <summary>Lays the scripts out beside one source file and the named test projects.</summary>
    public ScriptSandbox(params ReadOnlySpan<string> testProjects)
    {
        foreach (string file in (string[])["hone", "test", "build/once.sh"])
        {
            Write(file, Repository.Current.Text(file), executable: true);
        }

        Write("src/Hone.Cli/Program.cs", "// one\n");
        foreach (string project in testProjects)
        {
            Write($"tests/{project}/{project}.csproj", "<Project />\n");
        }

        WriteBeside("bin/dotnet", FakeDotnet.ReplaceLineEndings("\n"), executable: true);
    }

    /// <summary>The repository's root; its name holds a space.</summary>
    public string Root => Path.Combine(_folder, "repo of mine");

    /// <summary>How often something was built.</summary>
    public int Builds => File.Exists(Path.Combine(_folder, "builds")) ? File.ReadAllLines(Path.Combine(_folder, "builds")).Length : 0;

    /// <summary>What the program of this name was called with.</summary>
    public string[] ArgumentsOf(string program) =>
        [.. File.ReadAllLines(Path.Combine(_folder, program + ".arguments")).Select(line => line["argument: ".Length..])];

    /// <summary>Sets a test project's (or hone's) output and exit code.</summary>
    public void Answer(string program, string output, int code)
    {
        WriteBeside(program + ".output", output.ReplaceLineEndings("\n"));
        WriteBeside(program + ".code", $"{code}\n");
    }

    /// <summary>Writes a file of the repository.</summary>
    public void Write(string file, string text, bool executable = false) => WriteBeside(Path.Combine("repo of mine", file), text, executable);

    /// <summary>Writes a file beside the repository, where the fake <c>dotnet</c> looks for its orders.</summary>
    public void WriteBeside(string file, string text, bool executable = false)
    {
        string path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // the file lies below the folder
        File.WriteAllText(path, text);
        if (executable && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Starts a script; its output and errors come in one stream.</summary>
    public Process Start(string script, params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec 2>&1 </dev/null; exec \"$0\" \"$@\"", script, .. arguments])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["PATH"] = Path.Combine(_folder, "bin") + ":" + Environment.GetEnvironmentVariable("PATH");
        return Process.Start(start) ?? throw new InvalidOperationException("/bin/sh did not start.");
    }

    /// <summary>Runs a script to its end.</summary>
    public (int Code, string[] Lines) Run(string script, params ReadOnlySpan<string> arguments)
    {
        using Process process = Start(script, arguments);
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
