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

    private readonly string _root = RepositoryFolder.Find();

    public override string Describe() =>
        "SmolLM2-135M's shape, LoRA rank 16 on all linear layers, 8 x 256 tokens, f32: a training step beside plain PyTorch (benchmarks/peers/step.py; Debian's build, OpenBLAS with OpenMP)";

    public override IEnumerable<BenchmarkRow> Run(BenchmarkSettings settings, CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(OpenBlas, "libopenblas.so.0")))
        {
            throw new PeerMissingException("PyTorch with OpenBLAS", "libopenblas.so.0", "benchmarks/peers/pytorch");
        }

        string hone = PublishedHone.Build(_root);
        (string Name, string[] Hone, string[] Peer)[] cases =
        [
            ("LoRA f32", ["--dtype", "f32"], []),
            ("LoRA f32, gradient checkpointing", ["--dtype", "f32", "--gradient-checkpointing"], ["--checkpoint"]),
            ("LoRA on a Q4_1 base", [], []),
            ("LoRA f32, 8 micro-batches", ["--dtype", "f32", "--accumulate", "8", "--steps", "1"], []),
        ];
        foreach ((string name, string[] own, string[] peer) in settings.IsQuick ? cases[..1] : cases)
        {
            foreach (BenchmarkRow row in Compare(name, hone, own, peer, settings.IsQuick ? 1 : 3, cancellation))
            {
                yield return row;
            }
        }
    }

    private IEnumerable<BenchmarkRow> Compare(string name, string hone, string[] own, string[] peer, int rounds, CancellationToken cancellation)
    {
        var (rates, theirs, peaks, theirPeaks) = (new double[rounds], new double[rounds], new double[rounds], new double[rounds]);
        for (int round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            (rates[round], peaks[round]) = RunHone(hone, own);
            (theirs[round], theirPeaks[round]) = RunPeer(peer);
        }

        yield return Row(name, rates, theirs, "tokens/s", rates.Zip(theirs, (a, b) => a / b));
        yield return Row($"{name}: peak resident memory", peaks, theirPeaks, "mib", theirPeaks.Zip(peaks, (a, b) => a / b));
    }

    private static BenchmarkRow Row(string name, double[] own, double[] peer, string unit, IEnumerable<double> ratios) =>
        new(Bench, name, Threads, ContenderTimes.Median(own), Peer, ContenderTimes.Median(peer), unit, ContenderTimes.Median([.. ratios]), 0);

    private (double Rate, double PeakMebibytes) RunHone(string hone, string[] arguments)
    {
        string shared = Environment.GetEnvironmentVariable("HONE_SHARED") is { Length: > 0 } named ? named : Path.Combine(_root, "..", "shared");
        string[] steps = arguments.Contains("--steps") ? [] : ["--steps", "2"];
        ProgramRun run = ProgramRun.Of(hone, ["bench", "step", Path.Combine(shared, "models", "smollm2-135m-instruct"), "--json", "--threads", Threads.ToString(CultureInfo.InvariantCulture), .. steps, .. arguments]);
        if (run.ExitCode != 0)
        {
            throw new HoneException("hone bench step failed.", hone, run.Messages, "run it by hand");
        }

        using var json = JsonDocument.Parse(run.Output);
        return (json.RootElement.GetProperty("tokens_per_s").GetDouble(), run.PeakBytes / 1048576.0);
    }

    private (double Rate, double PeakMebibytes) RunPeer(string[] arguments)
    {
        string script = Path.Combine(_root, "benchmarks", "peers", "step.py");
        ProgramRun run = ProgramRun.Of("env", [$"LD_LIBRARY_PATH={OpenBlas}", Python, script, "--threads", Threads.ToString(CultureInfo.InvariantCulture), "--steps", "2", .. arguments]);
        if (run.ExitCode != 0)
        {
            throw new HoneException("The PyTorch script failed.", script, run.Messages, "install PyTorch with benchmarks/peers/pytorch, and run it by hand");
        }

        using var json = JsonDocument.Parse(run.Output);
        return (ContenderTimes.Median([.. json.RootElement.GetProperty("tokens_per_s").EnumerateArray().Select(rate => rate.GetDouble())]), run.PeakBytes / 1048576.0);
    }
}
