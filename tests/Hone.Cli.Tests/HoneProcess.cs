using System.Diagnostics;
using System.Text.Json;

namespace Hone.Cli.Tests;

/// <summary>The real program in a process of its own.</summary>
/// <remarks>Its standard output is a pipe that holds 64 KiB: what writes more waits until the test reads on.</remarks>
internal sealed class HoneProcess : IDisposable
{
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "hone.exe" : "hone");

    private readonly Process _process;
    private readonly Task<string> _error;

    /// <summary>Starts the program.</summary>
    public HoneProcess(params string[] args)
    {
        _process = Process.Start(new ProcessStartInfo(s_program, args) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>The run's folder, as soon as an event that was read has named it.</summary>
    public string? Folder { get; private set; }

    /// <summary>Reads events of <c>--json</c>; false when the program ends before so many.</summary>
    public bool ReadEvents(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (_process.StandardOutput.ReadLine() is not { } line)
            {
                return false;
            }

            using JsonDocument json = JsonDocument.Parse(line);
            Folder ??= json.RootElement.TryGetProperty("folder", out JsonElement folder) ? folder.GetString() : null;
        }

        return true;
    }

    /// <summary>Kills it as <c>kill -9</c> does.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Sends a signal, e.g. <c>-INT</c>.</summary>
    public void Signal(string signal) => Process.Start("kill", [signal, $"{Id}"]).WaitForExit();

    /// <summary>Reads what it still writes, and waits for its end.</summary>
    public (int Code, string Out, string Error) Finish()
    {
        string output = _process.StandardOutput.ReadToEnd();
        _process.WaitForExit();
        return (_process.ExitCode, output, _error.GetAwaiter().GetResult());
    }

    public void Dispose() => _process.Dispose();
}
