using System.Reflection;
using Hone.Core.Runs;
using Hone.Core.Stages;

// The working folder belongs to the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Hone.Cli.Tests;

/// <summary>Runs commands inside this process, in a temporary working folder, at a fixed time.</summary>
public abstract class CliTestBase : IDisposable
{
    private readonly string _previous = Directory.GetCurrentDirectory();
    private readonly string _folder = Directory.CreateTempSubdirectory("hone-cli-").FullName;

    protected CliTestBase()
    {
        Directory.SetCurrentDirectory(_folder);
        Write("rows.jsonl", string.Concat(Enumerable.Range(0, 20).Select(i => $"{{\"i\":{i}}}\n")));
        Write("good.yaml", """
            name: demo
            seed: 7
            stages:
              parts:
                type: split
                input: rows.jsonl
                validation_count: 5
              mixed:
                type: shuffle
                input: { from: parts, artifact: train.jsonl }

            """);
    }

    protected Dictionary<string, string> Variables { get; } = [];

    protected CancellationToken Cancellation { get; set; } = TestContext.Current.CancellationToken;

    protected string Input { get; set; } = "";

    protected string Out { get; private set; } = "";

    protected string Error { get; private set; } = "";

    protected static void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(name))!);
        File.WriteAllText(name, text);
    }

    protected int Run(params string[] args) => RunWith(args);

    internal int RunWith(
        string[] args, Func<IReadOnlyList<Assembly>>? assemblies = null, IFileSystem? files = null, string runs = "runs", Action<int>? threads = null)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        var host = new CliHost
        {
            In = new StringReader(Input),
            Out = output,
            Error = error,
            IsErrorTerminal = false,
            Environment = Variables.GetValueOrDefault,
            Time = new FixedTime(),
            Files = files ?? new PhysicalFileSystem(),
            Assemblies = assemblies ?? (() => [typeof(Stage).Assembly]),
            Cancellation = Cancellation,
            RunsRoot = runs,
            SetThreads = threads ?? (_ => { }),
        };
        int code = CliProgram.Run(args, host);
        Out = output.ToString();
        Error = error.ToString();
        return code;
    }

    /// <summary>Exit code, standard output and standard error in one text.</summary>
    protected string Transcript(params string[] args)
    {
        int code = Run(args);
        return $"$ hone {string.Join(' ', args)}\n{Out}--- stderr\n{Error}--- exit code {code}\n";
    }

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_previous);
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public override long GetTimestamp() => 0;
    }
}
