using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Hone.Core.Errors;
using Hone.Processors.Tokenizers;
using Hone.Tensors.Benchmarking;
using Hone.Tensors.Threading;

namespace Hone.Benchmarks;

/// <summary>Text to ids beside Hugging Face's JavaScript library, ids compared; then alone on all threads and on hostile texts.</summary>
[Comparison("tokenize")]
internal sealed class TokenizeComparison : Comparison
{
    private const string Bench = "tokenize";
    private const string Unit = "MB/s";
    private const ulong Seed = 4;
    private const double Million = 1e6;
    private const int HostileUnits = 1_000_000;

    private static readonly string[] s_models = ["qwen3", "llama3_1"];

    // In the order of use, up to the size wanted.
    private static readonly string[] s_realTexts =
    [
        "data/tokenizers/sentencepiece/data/botchan.txt", "data/llamafactory/c4_demo.jsonl", "data/math/grade-school-math/train.jsonl",
        "data/math/math/test.jsonl", "data/math/cmath/test.jsonl", "data/model-outputs/grade-school-math/example_model_solutions.jsonl",
    ];

    public override string Describe() => $"text to ids, line by line, against @huggingface/tokenizers {HuggingFaceTokenizers.Version} (node), ids compared line by line";

    public override IEnumerable<BenchmarkRow> Run(BenchmarkSettings settings, CancellationToken cancellation)
    {
        HuggingFaceTokenizers.ModuleIn(RepositoryFolder.Find());
        string work = Directory.CreateTempSubdirectory("hone-tokenize").FullName;
        try
        {
            long size = settings.IsQuick ? 1_000_000 : 10_000_000;
            foreach (string name in settings.IsQuick ? s_models[..1] : s_models)
            {
                string folder = Unpack(name, work);
                var tokenizer = TokenizerLoader.Load(folder);
                IReadOnlyList<string> mixed = MixedText.Create(Seed, size);
                List<string> real = RealText(size);
                yield return AgainstPeer($"{name}: mixed", tokenizer, folder, mixed, settings, cancellation);
                if (real.Count > 0)
                {
                    yield return AgainstPeer($"{name}: real", tokenizer, folder, real, settings, cancellation);
                }

                var harness = new ContenderHarness(settings, cancellation);
                yield return Alone($"{name}: mixed, batch", tokenizer, mixed, 1, harness);
                yield return Alone($"{name}: mixed, batch", tokenizer, mixed, 2, harness);
                foreach ((string kind, string text) in HostileTexts())
                {
                    yield return Alone($"{name}: {kind}", tokenizer, [text], 1, harness);
                }
            }
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static BenchmarkRow AgainstPeer(string title, Tokenizer tokenizer, string folder, IReadOnlyList<string> lines, BenchmarkSettings settings, CancellationToken cancellation)
    {
        string file = Path.Combine(folder, "lines.json");
        File.WriteAllBytes(file, JsonSerializer.SerializeToUtf8Bytes(lines));
        using var peer = HuggingFaceTokenizers.Start(RepositoryFolder.Find(), Path.Combine(folder, "tokenizer.json"), Path.Combine(folder, "tokenizer_config.json"), file);
        CompareIds(title, tokenizer, peer, lines, cancellation);

        // The peer takes a part of the lines each round; both are warm from the comparison.
        long bytes = lines.Sum(line => (long)Encoding.UTF8.GetByteCount(line));
        double[] own = new double[settings.Rounds], theirs = new double[settings.Rounds];
        for (int round = 0; round < settings.Rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            int from = lines.Count * round / settings.Rounds, to = lines.Count * (round + 1) / settings.Rounds;
            long part = lines.Skip(from).Take(to - from).Sum(line => (long)Encoding.UTF8.GetByteCount(line));
            for (int turn = 0; turn < 2; turn++)
            {
                if ((turn + round) % 2 == 0)
                {
                    own[round] = Block(tokenizer, lines, settings) / bytes;
                }
                else
                {
                    theirs[round] = peer.Encode(from, to).Seconds / part;
                }
            }
        }

        ContenderTimes hone = new("hone", own), other = new("hf", theirs);
        return new BenchmarkRow(Bench, title, 1, 1 / hone.Seconds / Million, "hf-tokenizers", 1 / other.Seconds / Million, Unit, hone.SpeedRelativeTo(other), 0);
    }

    // One pass over all lines; repeated while other processes disturb it.
    private static double Block(Tokenizer tokenizer, IReadOnlyList<string> lines, BenchmarkSettings settings)
    {
        double best = double.PositiveInfinity;
        for (int attempt = 0; attempt < settings.Tries; attempt++)
        {
            var gate = NoiseGate.Begin();
            long start = Stopwatch.GetTimestamp();
            foreach (string line in lines)
            {
                tokenizer.EncodeIds(line, addSpecialTokens: false);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (gate.DisturbanceTicks() == 0)
            {
                break;
            }
        }

        return best;
    }

    private static void CompareIds(string title, Tokenizer tokenizer, HuggingFaceTokenizers peer, IReadOnlyList<string> lines, CancellationToken cancellation)
    {
        const int LinesPerTurn = 2000;
        for (int from = 0; from < lines.Count; from += LinesPerTurn)
        {
            cancellation.ThrowIfCancellationRequested();
            int to = Math.Min(from + LinesPerTurn, lines.Count);
            List<int[]> theirs = peer.Ids(from, to);
            for (int i = from; i < to; i++)
            {
                int[] own = tokenizer.EncodeIds(lines[i], addSpecialTokens: false);
                if (!own.AsSpan().SequenceEqual(theirs[i - from]))
                {
                    throw new HoneException("The ids differ from the peer's.", $"{title}, line {i}: {lines[i]}", $"hone {string.Join(' ', own)}\npeer {string.Join(' ', theirs[i - from])}", "Find out which is right before measuring.");
                }
            }
        }
    }

    private static BenchmarkRow Alone(string title, Tokenizer tokenizer, IReadOnlyList<string> lines, int threads, ContenderHarness harness)
    {
        using IDisposable use = ComputeThreads.Use(threads);
        double seconds = harness.Measure(new Contender("hone", () => tokenizer.EncodeIdsBatch(lines, addSpecialTokens: false)))[0].Seconds;
        return new BenchmarkRow(Bench, title, threads, lines.Sum(line => (long)Encoding.UTF8.GetByteCount(line)) / Million / seconds, "", 0, Unit, 0, 0);
    }

    private static IEnumerable<(string Kind, string Text)> HostileTexts()
    {
        var random = new Hone.Core.Random.RandomStream(Seed, "letters");
        yield return ("1 MB of letters, no space", string.Create(HostileUnits, random, static (span, stream) =>
        {
            foreach (ref char letter in span)
            {
                letter = (char)('a' + stream.NextInt32(26));
            }
        }));
        yield return ("1 MB of one letter", new string('a', HostileUnits));
        yield return ("1 MB of emoji", string.Concat(Enumerable.Repeat("😀", HostileUnits / 4)));
        yield return ("1 MB of spaces", new string(' ', HostileUnits));
    }

    private static string Unpack(string name, string work)
    {
        string source = Path.Combine(Shared(), "data", "weights", "tokenizers", name), packed = Path.Combine(source, "tokenizer.json.gz");
        if (!File.Exists(packed))
        {
            throw new PeerMissingException($"tokenizer {name}", packed, "with HONE_SHARED set to the folder of shared data");
        }

        string folder = Path.Combine(work, name);
        Directory.CreateDirectory(folder);
        using (var input = new GZipStream(File.OpenRead(packed), CompressionMode.Decompress))
        using (FileStream output = File.Create(Path.Combine(folder, "tokenizer.json")))
        {
            input.CopyTo(output);
        }

        File.Copy(Path.Combine(source, "tokenizer_config.json"), Path.Combine(folder, "tokenizer_config.json"));
        return folder;
    }

    private static List<string> RealText(long size)
    {
        var lines = new List<string>();
        foreach (string file in s_realTexts.Select(name => Path.Combine(Shared(), name)).Where(File.Exists))
        {
            foreach (string line in File.ReadLines(file))
            {
                lines.Add(line);
                size -= Encoding.UTF8.GetByteCount(line);
                if (size <= 0)
                {
                    return lines;
                }
            }
        }

        return lines;
    }

    private static string Shared() => Environment.GetEnvironmentVariable("HONE_SHARED") is { Length: > 0 } named ? named : Path.Combine(RepositoryFolder.Find(), "..", "shared");
}
