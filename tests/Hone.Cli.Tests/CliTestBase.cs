using System.Reflection;
using System.Text.Json;
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

    /// <summary>Runs a command that needs the foundations alone.</summary>
    protected int Run(params string[] args) => RunWith(args);

    /// <summary>Runs a command with all parts of the program.</summary>
    protected int RunHone(params string[] args) => RunWith(args, PartAssemblies.All);

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

    /// <summary>Requires that a recipe with a mistake in it is refused, with the reason.</summary>
    /// <param name="recipe">The recipe without the mistake.</param>
    /// <param name="from">What the mistake replaces.</param>
    /// <param name="to">The mistake.</param>
    /// <param name="expected">What the message must say.</param>
    protected void RequireMistakeExplained(string recipe, string from, string to, string expected)
    {
        string text = recipe.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(recipe, text);
        Write("wrong.yaml", text);

        Assert.NotEqual(ExitCodes.Done, RunHone("run", "wrong.yaml"));

        Assert.Contains(expected, Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", Error, StringComparison.Ordinal);
    }

    /// <summary>The adapter that a run's stage <c>train</c> has made.</summary>
    protected static byte[] AdapterOf(string run) => File.ReadAllBytes(Path.Combine(run, "stages", "train", "adapter", "adapter_model.safetensors"));

    /// <summary>The lines of a run's <c>metrics.jsonl</c> that have a figure.</summary>
    protected static JsonElement[] MetricsOf(string run, string figure) =>
        [.. File.ReadLines(Path.Combine(run, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.TryGetProperty(figure, out _))];

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
