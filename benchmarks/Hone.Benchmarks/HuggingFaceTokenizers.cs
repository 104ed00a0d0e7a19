using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Hone.Core.Errors;

namespace Hone.Benchmarks;

/// <summary>The npm package <c>@huggingface/tokenizers</c> in a process of node that stays alive, given one command a line.</summary>
internal sealed class HuggingFaceTokenizers : IDisposable
{
    /// <summary>Version that <c>benchmarks/peers/hf-tokenizers</c> installs.</summary>
    public const string Version = "0.2.0";

    // Times itself, so that the pipe between the processes is not counted.
    private const string Script = """
        import { readFileSync, writeFileSync } from "node:fs";
        import { createInterface } from "node:readline";
        const [module, tokenizer, config, file] = process.argv.slice(1);
        const { Tokenizer } = await import(module);
        const json = path => JSON.parse(readFileSync(path, "utf8"));
        const encoder = new Tokenizer(json(tokenizer), json(config));
        const lines = json(file);
        console.log("ready");
        for await (const command of createInterface({ input: process.stdin })) {
          const [from, to, output] = command.split(" ");
          const all = [];
          let tokens = 0;
          const start = performance.now();
          for (let i = Number(from); i < Number(to); i++) {
            const { ids } = encoder.encode(lines[i], { add_special_tokens: false });
            tokens += ids.length;
            if (output) all.push(ids.length, ...ids);
          }
          const seconds = (performance.now() - start) / 1000;
          if (output) writeFileSync(output, new Int32Array(all.map(Number)));
          console.log(seconds + " " + tokens);
        }
        """;

    private readonly Process _process;

    private HuggingFaceTokenizers(Process process) => _process = process;

    /// <summary>Starts the peer.</summary>
    /// <param name="repositoryRoot">Where <c>artifacts/peers</c> is looked for unless <c>HONE_PEERS</c> names a folder.</param>
    /// <param name="tokenizer">A tokenizer.json.</param>
    /// <param name="config">A tokenizer_config.json.</param>
    /// <param name="lines">A JSON array of the texts that <see cref="Encode"/> refers to.</param>
    /// <exception cref="PeerMissingException">It is not installed.</exception>
    public static HuggingFaceTokenizers Start(string repositoryRoot, string tokenizer, string config, string lines)
    {
        var start = new ProcessStartInfo("node", ["--max-old-space-size=8192", "--input-type=module", "-e", Script, ModuleIn(repositoryRoot), tokenizer, config, lines])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Process process = Process.Start(start) ?? throw Missing();
        var peer = new HuggingFaceTokenizers(process);
        return peer.ReadLine() == "ready" ? peer : throw new InvalidOperationException("The peer did not start.");
    }

    /// <summary>The installed module.</summary>
    /// <exception cref="PeerMissingException">It is not installed.</exception>
    public static string ModuleIn(string repositoryRoot)
    {
        string peers = Environment.GetEnvironmentVariable("HONE_PEERS") is { Length: > 0 } named ? named : Path.Combine(repositoryRoot, "artifacts", "peers");
        string module = Path.Combine(Path.GetFullPath(peers), "hf-tokenizers", "node_modules", "@huggingface", "tokenizers", "dist", "tokenizers.mjs");
        return File.Exists(module) ? module : throw Missing();
    }

    /// <summary>Encodes some of the lines, without special tokens.</summary>
    /// <returns>Seconds that the encoding itself took, and the number of ids.</returns>
    public (double Seconds, long Tokens) Encode(int from, int to) => Command($"{from} {to}");

    /// <summary>The ids of some of the lines.</summary>
    public List<int[]> Ids(int from, int to)
    {
        string file = Path.GetTempFileName();
        try
        {
            Command($"{from} {to} {file}");
            ReadOnlySpan<int> values = MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(file));
            var ids = new List<int[]>(to - from);
            for (int at = 0; at < values.Length; at += values[at] + 1)
            {
                ids.Add(values.Slice(at + 1, values[at]).ToArray());
            }

            return ids;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private (double Seconds, long Tokens) Command(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        string[] parts = ReadLine().Split(' ');
        return (double.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private string ReadLine() => _process.StandardOutput.ReadLine()
        ?? throw new HoneException("The peer ended unexpectedly.", "benchmarks/compare tokenize", "its message is above", "install it again with benchmarks/peers/hf-tokenizers");

    private static PeerMissingException Missing() => new("@huggingface/tokenizers", "tokenizers.mjs, or node", "benchmarks/peers/hf-tokenizers");
}
