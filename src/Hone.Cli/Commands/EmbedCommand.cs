using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Core.Errors;
using Hone.Inference.Embedding;
using Hone.Models.Heads;

namespace Hone.Cli.Commands;

/// <summary><c>hone embed MODEL &lt; texts &gt; vectors</c>: one vector for each line.</summary>
internal static class EmbedCommand
{
    private const int ChunkTexts = 1024; // read, embedded and written together

    private static readonly Dictionary<string, PoolingMode> Modes = new()
    {
        ["cls"] = PoolingMode.Cls,
        ["mean"] = PoolingMode.Mean,
        ["max"] = PoolingMode.Max,
        ["last"] = PoolingMode.LastToken,
        ["weighted-mean"] = PoolingMode.WeightedMean,
    };

    public static Command Create(CliHost host)
    {
        Argument<string> model = EngineArguments.CreateModel();
        var weights = new EngineArguments();
        var pooling = new Option<string?>("--pooling") { HelpName = "MODE", Description = $"How token vectors become one: {string.Join(", ", Modes.Keys)}; what the model's folder says if not given." };
        pooling.AcceptOnlyFromAmong([.. Modes.Keys]);
        var normalize = new Option<bool>("--normalize") { Description = "Scale vectors to length 1, also where the model's folder does not say so." };
        var command = new Command("embed", "Turn texts into vectors: one line of standard input each, one JSON line of results each.") { model, pooling, normalize };
        weights.AddWeightsTo(command);
        command.SetAction(parse =>
        {
            string path = ModelArgument.Resolve(host, parse.GetValue(model)!); // required
            PoolingSettings? settings = parse.GetValue(pooling) is { } mode ? new PoolingSettings { Modes = [Modes[mode]] } : PoolingSettings.Read(path);
            if (parse.GetValue(normalize) && settings is not null)
            {
                settings = settings with { Normalizes = true };
            }

            using TextEmbedder embedder = TextEmbedder.Load(path, settings, weights.ReadLoad(parse));
            return Embed(host, embedder);
        });
        return command;
    }

    private static int Embed(CliHost host, TextEmbedder embedder)
    {
        long index = 0;
        foreach (string[] texts in TextLines.Read(host.In).Chunk(ChunkTexts))
        {
            if (Array.FindIndex(texts, string.IsNullOrWhiteSpace) is var empty and >= 0)
            {
                throw new HoneException("A text cannot be embedded.", $"line {index + empty + 1} of standard input", "it is empty", "leave empty lines out");
            }

            foreach (float[] vector in embedder.Embed(texts, host.Cancellation))
            {
                host.Out.WriteLine(JsonLine.Write(json =>
                {
                    json.WriteNumber("index", index);
                    json.WriteStartArray("embedding");
                    Array.ForEach(vector, json.WriteNumberValue);
                    json.WriteEndArray();
                }));
                index++;
            }
        }

        return ExitCodes.Done;
    }
}
