using System.Globalization;
using System.Text.Json;
using Hone.Core.Errors;
using Hone.Tensors.Benchmarking;

namespace Hone.Benchmarks;

/// <summary>Whole training steps beside PyTorch, each contender in processes of its own, so that peak memory can be compared too.</summary>
[Comparison("step")]
internal sealed class StepComparison : Comparison
{
    private const string Bench = "step";
    private const int Threads = 2;
    private const string Peer = "PyTorch";
    private const string Python = "/usr/bin/python3"; // Debian's, which has Debian's PyTorch
    private const string OpenBlas = "/usr/lib/x86_64-linux-gnu/openblas-openmp"; // the build that does not slow PyTorch down

    private static readonly int[] s_microBatches = [8, 64];

    private readonly string _root = RepositoryFolder.Find();

    public override string Describe() =>
        "SmolLM2-135M's shape, LoRA rank 16 on all linear layers, 8 x 256 tokens: a training step beside plain PyTorch in f32 (benchmarks/peers/step.py; Debian's build, OpenBLAS with OpenMP)";

    public override IEnumerable<BenchmarkRow> Run(BenchmarkSettings settings, CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(OpenBlas, "libopenblas.so.0")))
        {
            throw new PeerMissingException("PyTorch with OpenBLAS", "libopenblas.so.0", "benchmarks/peers/pytorch");
        }

        string hone = PublishedHone.Build(_root), model = ModelPath();
        int rounds = settings.IsQuick ? 1 : 2;
        string[] plain = [model, "--dtype", "f32"];
        Contender[] beside = settings.IsQuick ? [new("LoRA f32", plain)] : [new("LoRA f32", plain), new("LoRA on a Q8_0 base", [Quantize(hone, model)])];
        foreach (BenchmarkRow row in Compare(hone, beside, [], isCheckpointed: false, rounds, cancellation))
        {
            yield return row;
        }

        if (settings.IsQuick)
        {
            yield break;
        }

        foreach (BenchmarkRow row in Compare(hone, [new("LoRA f32, gradient checkpointing", [.. plain, "--gradient-checkpointing"])], ["--checkpoint"], isCheckpointed: true, rounds, cancellation))
        {
            yield return row;
        }

        foreach (int count in s_microBatches)
        {
            yield return CompareMicroBatches(hone, model, count, rounds, cancellation);
        }
    }

    /// <summary>Cost of a token with many micro-batches a step beside one; short rows make whatever a micro-batch costs by itself stand out.</summary>
    private static BenchmarkRow CompareMicroBatches(string hone, string model, int count, int rounds, CancellationToken cancellation)
    {
        string[] common = [model, "--dtype", "f32", "--rows", "1", "--tokens", "64"];
        double[] many = new double[rounds], one = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            (many[round], _) = RunHone(hone, [.. common, "--accumulate", $"{count}", "--steps", "1"]);
            (one[round], _) = RunHone(hone, [.. common, "--steps", "16"]);
        }

        return new(
            Bench, $"1 x 64 tokens, {count} micro-batches a step", Threads, ContenderTimes.Median(many), "1 micro-batch a step", ContenderTimes.Median(one), "tokens/s",
            ContenderTimes.Median([.. many.Zip(one, (a, b) => a / b)]), 0);
    }

    /// <summary>Each contender and one peer in turn, round after round.</summary>
    private static IEnumerable<BenchmarkRow> Compare(string hone, Contender[] contenders, string[] peer, bool isCheckpointed, int rounds, CancellationToken cancellation)
    {
        var theirs = new (double Rate, double PeakMebibytes)[rounds];
        var limits = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            limits[round] = MachineLimits.FmaGflops(Threads);
            foreach (Contender contender in contenders)
            {
                cancellation.ThrowIfCancellationRequested();
                contender.Runs.Add(RunHone(hone, contender.Arguments));
            }

            theirs[round] = RunPeer(peer);
        }

        foreach (Contender contender in contenders)
        {
            BenchmarkRow rate = Row(contender.Name, "tokens/s", contender.Runs, theirs, run => run.Rate, (own, other) => own / other);
            yield return rate with { PeakFraction = rate.Hone * StepFlops.PerToken(isCheckpointed) / 1e9 / limits.Max() };
            yield return Row($"{contender.Name}: peak resident memory", "mib", contender.Runs, theirs, run => run.PeakMebibytes, (own, other) => other / own);
        }
    }

    private static BenchmarkRow Row(
        string name, string unit, IReadOnlyList<(double Rate, double PeakMebibytes)> own, IReadOnlyList<(double Rate, double PeakMebibytes)> peer,
        Func<(double Rate, double PeakMebibytes), double> value, Func<double, double, double> ratio) => new(
            Bench, name, Threads, ContenderTimes.Median([.. own.Select(value)]), Peer, ContenderTimes.Median([.. peer.Select(value)]), unit,
            ContenderTimes.Median([.. own.Zip(peer, (a, b) => ratio(value(a), value(b)))]), 0);

    private string ModelPath()
    {
        string shared = Environment.GetEnvironmentVariable("HONE_SHARED") is { Length: > 0 } named ? named : Path.Combine(_root, "..", "shared");
        return Path.Combine(shared, "models", "smollm2-135m-instruct");
    }

    private string Quantize(string hone, string model)
    {
        string file = Path.Combine(_root, "artifacts", "benchmarks", "step-q8_0.gguf");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!); // the path has a folder
        ProgramRun run = ProgramRun.Of(hone, ["quantize", model, "--type", "q8_0", "--out", file, "--overwrite"]);
        return run.ExitCode == 0 ? file : throw new HoneException("hone quantize failed.", hone, run.Messages, "run it by hand");
    }

    private static (double Rate, double PeakMebibytes) RunHone(string hone, string[] arguments)
    {
        string[] steps = arguments.Contains("--steps") ? [] : ["--steps", "2"];
        ProgramRun run = ProgramRun.Of(hone, ["bench", "step", "--json", "--threads", Threads.ToString(CultureInfo.InvariantCulture), .. steps, .. arguments]);
        if (run.ExitCode != 0)
        {
            throw new HoneException("hone bench step failed.", hone, run.Messages, "run it by hand");
        }

        using var json = JsonDocument.Parse(run.Output);
        return (json.RootElement.GetProperty("tokens_per_s").GetDouble(), run.PeakBytes / 1048576.0);
    }

    private static (double Rate, double PeakMebibytes) RunPeer(string[] arguments)
    {
        string script = Path.Combine(RepositoryFolder.Find(), "benchmarks", "peers", "step.py");
        ProgramRun run = ProgramRun.Of("env", [$"LD_LIBRARY_PATH={OpenBlas}", Python, script, "--threads", Threads.ToString(CultureInfo.InvariantCulture), "--steps", "2", .. arguments]);
        if (run.ExitCode != 0)
        {
            throw new HoneException("The PyTorch script failed.", script, run.Messages, "install PyTorch with benchmarks/peers/pytorch, and run it by hand");
        }

        using var json = JsonDocument.Parse(run.Output);
        return (ContenderTimes.Median([.. json.RootElement.GetProperty("tokens_per_s").EnumerateArray().Select(rate => rate.GetDouble())]), run.PeakBytes / 1048576.0);
    }

    private sealed record Contender(string Name, string[] Arguments)
    {
        public List<(double Rate, double PeakMebibytes)> Runs { get; } = [];
    }
}
