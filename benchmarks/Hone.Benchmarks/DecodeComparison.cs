using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Hone.Core.Random;
using Hone.Inference;
using Hone.Tensors.Benchmarking;
using Hone.Tensors.Threading;

namespace Hone.Benchmarks;

/// <summary>Reading prompts and generating with SmolLM2-135M beside llama.cpp: the same GGUF files and threads, one contender after the other in every round.</summary>
[Comparison("decode")]
internal sealed class DecodeComparison : Comparison
{
    private const string Bench = "decode";
    private const int PrefillTokens = 512, DecodeTokens = 64, BatchSize = 16, BatchPromptTokens = 32, BatchTokens = 32;
    private const int SharingRequests = 64, SharingTokens = 8;

    // The format of the file at hand comes first: the others are made from it.
    private static readonly string[] s_formats = ["Q4_1", "Q8_0", "Q4_0", "F16", "BF16"];

    private readonly string _root = RepositoryFolder.Find();

    public override string Describe() =>
        "SmolLM2-135M-Instruct, GGUF: tokens per second of a 512-token prompt, of one sequence and of 16, beside llama.cpp (node-llama-cpp 3.22.1, built for this processor); start to first token; peak memory; 64 requests with a common prefix";

    public override IEnumerable<BenchmarkRow> Run(BenchmarkSettings settings, CancellationToken cancellation)
    {
        LlamaCpp peer = LlamaCpp.Find(_root);
        int rounds = settings.IsQuick ? 1 : 3;
        foreach (string format in settings.IsQuick ? s_formats[..1] : s_formats)
        {
            string file = ModelFile(peer, format);
            foreach (int threads in settings.IsQuick ? [2] : (int[])[1, 2])
            {
                using IDisposable use = ComputeThreads.Use(threads);
                using LanguageModel model = LanguageModel.Load(file);
                using var engine = new Engine(model, new EngineOptions { SharesPrefixes = false, MaxContext = 1024, Threads = threads });
                WarmUp(engine, model);
                yield return Interleave($"{format} prefill {PrefillTokens}", threads, rounds, () => Prefill(engine, model), () => peer.Prefill(file, PrefillTokens, threads), cancellation);
                yield return Interleave($"{format} decode, 1 sequence", threads, rounds, () => Decode(engine, model, 1, 1, DecodeTokens), () => peer.Decode(file, DecodeTokens, threads), cancellation);
                yield return Interleave($"{format} decode, {BatchSize} sequences", threads, rounds, () => Decode(engine, model, BatchSize, BatchPromptTokens, BatchTokens), () => peer.DecodeBatch(file, BatchSize, BatchPromptTokens, BatchTokens, threads), cancellation);
            }

            foreach (BenchmarkRow row in FirstToken(peer, file, format, rounds, cancellation))
            {
                yield return row;
            }
        }

        yield return Sharing(ModelFile(peer, s_formats[0]), rounds, cancellation);
    }

    private static BenchmarkRow Interleave(string name, int threads, int rounds, Func<double> hone, Func<double> peer, CancellationToken cancellation)
    {
        var (ours, theirs) = (new double[rounds], new double[rounds]);
        for (int round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (round % 2 == 0)
            {
                ours[round] = hone();
                theirs[round] = peer();
            }
            else
            {
                theirs[round] = peer();
                ours[round] = hone();
            }
        }

        double ratio = ContenderTimes.Median([.. ours.Zip(theirs, (a, b) => a / b)]);
        return new BenchmarkRow(Bench, name, threads, ContenderTimes.Median(ours), "llama.cpp", ContenderTimes.Median(theirs), "tokens/s", ratio, 0);
    }

    private static void WarmUp(Engine engine, LanguageModel model)
    {
        for (int i = 0; i < 3; i++)
        {
            Prefill(engine, model);
            Decode(engine, model, 4, 8, 16);
        }
    }

    private static double Prefill(Engine engine, LanguageModel model)
    {
        GenerationRequest request = Request(model, 0, PrefillTokens, 1);
        long start = Stopwatch.GetTimestamp();
        Wait(engine, [request]);
        return PrefillTokens / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Tokens per second from the moment at which every sequence has its first token.</summary>
    private static double Decode(Engine engine, LanguageModel model, int sequences, int promptTokens, int tokens)
    {
        int waiting = sequences, counted = 0;
        long start = 0, end = 0;
        var begun = new HashSet<string>();
        GenerationRequest[] requests = [.. Enumerable.Range(0, sequences).Select(i => Request(model, i, promptTokens, tokens + 1) with { Id = i.ToString(CultureInfo.InvariantCulture), OnUpdate = Count })];
        Wait(engine, requests);
        return counted / Stopwatch.GetElapsedTime(start, end).TotalSeconds;

        void Count(GenerationUpdate update)
        {
            if (waiting == 0)
            {
                counted++;
                end = Stopwatch.GetTimestamp();
            }
            else if (begun.Add(update.Id) && --waiting == 0)
            {
                start = Stopwatch.GetTimestamp();
            }
        }
    }

    private IEnumerable<BenchmarkRow> FirstToken(LlamaCpp peer, string file, string format, int rounds, CancellationToken cancellation)
    {
        const string Prompt = "The capital of France is";
        const int Threads = 2;
        string hone = PublishedHone.Build(_root);
        string prompts = Path.Combine(Path.GetTempPath(), $"hone-compare-{Environment.ProcessId}.jsonl");
        var runs = new List<(ProgramRun Hone, ProgramRun Peer)>();
        try
        {
            for (int round = 0; round < rounds; round++)
            {
                cancellation.ThrowIfCancellationRequested();
                File.WriteAllText(prompts, $$"""{"id":"0","prompt":"{{Prompt}}"}""" + "\n");
                File.Delete(prompts + ".out");
                ProgramRun own = ProgramRun.Of(hone, "generate", file, "--input", prompts, "--output", prompts + ".out", "--max-tokens", "1", "--threads", "2");
                if (own.ExitCode != 0)
                {
                    throw new Core.Errors.HoneException("hone generate failed.", hone, own.Messages, "run it by hand");
                }

                runs.Add((own, peer.FirstToken(file, Prompt, Threads)));
            }
        }
        finally
        {
            File.Delete(prompts);
            File.Delete(prompts + ".out");
        }

        yield return Less("start to first token", "s", run => run.Seconds);
        yield return Less("peak resident memory", "mib", run => run.PeakBytes / 1048576.0);

        BenchmarkRow Less(string name, string unit, Func<ProgramRun, double> value) => new(
            Bench, $"{format} {name}", Threads, ContenderTimes.Median([.. runs.Select(run => value(run.Hone))]), "llama.cpp", ContenderTimes.Median([.. runs.Select(run => value(run.Peer))]), unit,
            ContenderTimes.Median([.. runs.Select(run => value(run.Peer) / value(run.Hone))]), 0);
    }

    /// <summary>Requests that begin alike, with and without sharing what they have in common.</summary>
    private static BenchmarkRow Sharing(string file, int rounds, CancellationToken cancellation)
    {
        using LanguageModel model = LanguageModel.Load(file);
        var (shared, alone) = (new double[rounds], new double[rounds]);
        for (int round = 0; round < rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            shared[round] = Run(shares: true);
            alone[round] = Run(shares: false);
        }

        double ratio = ContenderTimes.Median([.. shared.Zip(alone, (a, b) => a / b)]);
        return new BenchmarkRow(Bench, $"{SharingRequests} requests with a common prefix of {PrefillTokens}", ComputeThreads.Count, ContenderTimes.Median(shared), "not sharing", ContenderTimes.Median(alone), "tokens/s", ratio, 0);

        double Run(bool shares)
        {
            using var engine = new Engine(model, new EngineOptions { SharesPrefixes = shares, MaxContext = 1024 });
            ImmutableArray<int> prefix = Request(model, 0, PrefillTokens, 1).PromptIds;
            GenerationRequest[] requests = [.. Enumerable.Range(1, SharingRequests).Select(i =>
            {
                GenerationRequest own = Request(model, i, 4, SharingTokens);
                return own with { PromptIds = prefix.AddRange(own.PromptIds) };
            })];
            long start = Stopwatch.GetTimestamp();
            Wait(engine, requests);
            return SharingRequests * SharingTokens / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private static GenerationRequest Request(LanguageModel model, int number, int promptTokens, int tokens)
    {
        const int FirstWord = 300; // behind the control tokens and single bytes
        var random = new RandomStream((ulong)number, "prompt");
        ImmutableArray<int> prompt = [.. Enumerable.Range(0, promptTokens).Select(_ => FirstWord + random.NextInt32(model.Model.Config.VocabSize - FirstWord))];
        return new GenerationRequest { PromptIds = prompt, MaxTokens = tokens, IgnoresEndTokens = true };
    }

    private static void Wait(Engine engine, GenerationRequest[] requests)
    {
        int done = engine.GenerateAsync(requests).ToBlockingEnumerable().Count(result => result.Error is null);
        if (done != requests.Length)
        {
            throw new InvalidOperationException($"{requests.Length - done} of {requests.Length} requests failed.");
        }
    }

    private string ModelFile(LlamaCpp peer, string format)
    {
        string shared = Environment.GetEnvironmentVariable("HONE_SHARED") is { Length: > 0 } named ? named : Path.Combine(_root, "..", "shared");
        string folder = Path.Combine(shared, "models", "smollm2-135m-instruct");
        string source = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.Q4_1.gguf").FirstOrDefault() ?? "" : "";
        if (source.Length == 0)
        {
            throw new PeerMissingException("SmolLM2-135M-Instruct", Path.Combine(folder, "*.Q4_1.gguf"), "with HONE_SHARED naming the folder that holds models/");
        }

        if (format == s_formats[0])
        {
            return source;
        }

        string target = Path.Combine(_root, "artifacts", "peers", "models", $"smollm2-{format}.gguf");
        peer.Quantize(source, target, format);
        return target;
    }
}
