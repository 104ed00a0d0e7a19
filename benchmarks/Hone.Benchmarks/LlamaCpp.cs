using System.Globalization;
using System.Text.Json;
using Hone.Core.Errors;

namespace Hone.Benchmarks;

/// <summary>llama.cpp built for this machine by <c>benchmarks/peers/llama-cpp</c>, run as programs of its own.</summary>
/// <param name="programs">Folder of its programs.</param>
internal sealed class LlamaCpp(string programs)
{
    /// <summary>Finds the build below <c>HONE_PEERS</c> or the repository's <c>artifacts/peers</c>.</summary>
    /// <exception cref="PeerMissingException">It has not been built.</exception>
    public static LlamaCpp Find(string repositoryRoot)
    {
        string peers = Environment.GetEnvironmentVariable("HONE_PEERS") is { Length: > 0 } named ? named : Path.Combine(repositoryRoot, "artifacts", "peers");
        string programs = Path.Combine(peers, "llama.cpp", "build", "bin");
        return File.Exists(Path.Combine(programs, "llama-bench"))
            ? new LlamaCpp(programs)
            : throw new PeerMissingException("llama.cpp", "llama-bench", "benchmarks/peers/llama-cpp");
    }

    /// <summary>Tokens per second of reading a prompt at once.</summary>
    public double Prefill(string model, int tokens, int threads) => Bench(model, threads, "-p", Text(tokens), "-n", "0");

    /// <summary>Tokens per second of one sequence generated after an empty prompt.</summary>
    public double Decode(string model, int tokens, int threads) => Bench(model, threads, "-p", "0", "-n", Text(tokens));

    /// <summary>Tokens per second of all sequences together, generated side by side after short prompts.</summary>
    public double DecodeBatch(string model, int sequences, int promptTokens, int tokens, int threads)
    {
        string output = Run(
            "llama-batched-bench", "-m", model, "-npp", Text(promptTokens), "-ntg", Text(tokens), "-npl", Text(sequences), "-t", Text(threads),
            "-c", Text(sequences * (promptTokens + tokens)), "--output-format", "jsonl").Output;
        string line = output.Split('\n').LastOrDefault(line => line.StartsWith('{')) ?? throw Unexpected("llama-batched-bench", output);
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("speed_tg").GetDouble();
    }

    /// <summary>Starts, loads the model, reads a prompt and generates one token.</summary>
    public ProgramRun FirstToken(string model, string prompt, int threads) =>
        Run("llama-completion", "-m", model, "-p", prompt, "-n", "1", "-t", Text(threads), "--temp", "0", "-no-cnv", "--no-warmup", "-c", "2048");

    /// <summary>Stores a model in another format; a file that exists is kept.</summary>
    /// <param name="source">GGUF file.</param>
    /// <param name="target">GGUF file to make.</param>
    /// <param name="format"><c>Q8_0</c>, <c>F16</c>, …</param>
    public void Quantize(string source, string target, string format)
    {
        if (!File.Exists(target))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target) ?? ".");
            Run("llama-quantize", "--allow-requantize", source, target + ".partial", format);
            File.Move(target + ".partial", target);
        }
    }

    private double Bench(string model, int threads, params ReadOnlySpan<string> arguments)
    {
        string output = Run("llama-bench", ["-m", model, "-t", Text(threads), "-r", "1", "-o", "json", .. arguments]).Output;
        using var json = JsonDocument.Parse(output);
        return json.RootElement.EnumerateArray().Last().GetProperty("avg_ts").GetDouble();
    }

    private ProgramRun Run(string program, params string[] arguments)
    {
        ProgramRun run = ProgramRun.Of(Path.Combine(programs, program), arguments);
        return run.ExitCode == 0 ? run : throw Unexpected(program, run.Output + run.Messages);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static HoneException Unexpected(string program, string output) => new(
        $"{program} did not do what it was asked.", "benchmarks/compare", output.Length > 600 ? output[^600..] : output, "build it again with benchmarks/peers/llama-cpp");
}
