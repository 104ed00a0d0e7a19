using System.CommandLine;
using System.Text;
using Hone.Cli.Rendering;
using Hone.Core.Errors;
using Hone.Processors.Tokenizers;
using Hone.Tensors.Benchmarking;
using Hone.Tensors.Threading;

namespace Hone.Cli.Commands;

/// <summary><c>hone bench tokenize</c>: how fast a tokenizer turns the lines of a file into ids, on one thread and on all.</summary>
internal static class BenchTokenizeCommand
{
    // Enough lines that caches are met as in real use; a larger file would only take longer.
    private const long MaxBytes = 32 << 20;

    private const double Million = 1e6;

    public static Command Create(CliHost host)
    {
        var model = new Option<string>("--model") { Description = "Model folder or tokenizer file.", HelpName = "PATH", Required = true };
        var file = new Option<string>("--file") { Description = "UTF-8 text to tokenize line by line; its first 32 MiB count.", HelpName = "PATH", Required = true };
        Option<bool> json = RunCommand.CreateJsonOption("Print one JSON object a row.");
        var command = new Command("tokenize", "Measure a tokenizer on the lines of a text file.") { model, file, json };
        command.SetAction(parse =>
        {
            Measure(host, parse.GetRequiredValue(model), parse.GetRequiredValue(file), parse.GetValue(json));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Measure(CliHost host, string model, string file, bool json)
    {
        (List<string> lines, long bytes) = ReadLines(file);
        Tokenizer tokenizer = TokenizerLoader.Load(model);
        long tokens = tokenizer.EncodeIdsBatch(lines, addSpecialTokens: false, host.Cancellation).Sum(ids => (long)ids.Length);
        host.Error.WriteLine($"{lines.Count} lines, {bytes / Million:F1} MB, {tokens} tokens, {(double)bytes / Math.Max(1, tokens):F2} bytes a token");
        var harness = new ContenderHarness(BenchmarkSettings.Full, host.Cancellation);
        int all = ComputeThreads.Count;
        foreach (int threads in all == 1 ? (int[])[1] : [1, all])
        {
            using IDisposable use = ComputeThreads.Use(threads);
            double seconds = harness.Measure(new Contender("hone", () => tokenizer.EncodeIdsBatch(lines, addSpecialTokens: false, host.Cancellation)))[0].Seconds;
            double speed = bytes / Million / seconds, rate = tokens / Million / seconds;
            host.Out.WriteLine(json
                ? JsonLine.Write(w =>
                {
                    w.WriteString("bench", "tokenize");
                    w.WriteNumber("threads", threads);
                    w.WriteNumber("bytes", bytes);
                    w.WriteNumber("tokens", tokens);
                    w.WriteNumber("megabytes_per_second", Math.Round(speed, 3));
                    w.WriteNumber("million_tokens_per_second", Math.Round(rate, 3));
                })
                : $"{(threads == 1 ? "1 thread" : $"{threads} threads"),-12}{speed,9:F1} MB/s {rate,9:F2} M tokens/s");
        }
    }

    private static (List<string> Lines, long Bytes) ReadLines(string file)
    {
        var lines = new List<string>();
        long bytes = 0;
        try
        {
            using var reader = new StreamReader(file, Encoding.UTF8);
            while (bytes < MaxBytes && reader.ReadLine() is { } line)
            {
                lines.Add(line);
                bytes += Encoding.UTF8.GetByteCount(line);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException("The text to tokenize cannot be read.", file, e.Message, "Give a readable UTF-8 file with --file.", e);
        }

        return bytes > 0 ? (lines, bytes) : throw new HoneException("The text to tokenize is empty.", file, "0 bytes", "Give a file with text.");
    }
}
