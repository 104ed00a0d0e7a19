using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Core.Errors;
using Hone.Inference.Sampling;

namespace Hone.Inference;

/// <summary>What a checkpoint says about generating with it: its end tokens and how it wants to be sampled.</summary>
public sealed record GenerationDefaults
{
    /// <summary>Tokens with which the model ends a text.</summary>
    public ImmutableArray<int> EndTokens { get; init; } = [];

    /// <summary>Sampling that the checkpoint recommends; greedy when it says nothing.</summary>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>Reads generation_config.json, falling back on config.json for the end tokens.</summary>
    /// <param name="generation">The parsed generation_config.json, when there is one.</param>
    /// <param name="config">The parsed config.json.</param>
    /// <param name="location">Where they come from, for messages.</param>
    /// <exception cref="HoneException">A value has the wrong type or is out of its range.</exception>
    public static GenerationDefaults Read(JsonObject? generation, JsonObject config, string location)
    {
        try
        {
            ImmutableArray<int> ends = Ids(generation?["eos_token_id"] ?? config["eos_token_id"]);
            var sampling = SamplingOptions.Greedy;
            if (generation is not null)
            {
                bool isDrawn = generation["do_sample"]?.GetValue<bool>() ?? false;
                sampling = new SamplingOptions
                {
                    Temperature = isDrawn ? Number(generation, "temperature", 1) : 0,
                    TopK = isDrawn ? (int)Number(generation, "top_k", 50) : 0, // transformers' default when a checkpoint samples and says nothing
                    TopP = isDrawn ? Number(generation, "top_p", 1) : 1,
                    MinP = isDrawn ? Number(generation, "min_p", 0) : 0,
                    TypicalP = isDrawn ? Number(generation, "typical_p", 1) : 1,
                    EpsilonCutoff = isDrawn ? Number(generation, "epsilon_cutoff", 0) : 0,
                    EtaCutoff = isDrawn ? Number(generation, "eta_cutoff", 0) : 0,
                    RepetitionPenalty = Number(generation, "repetition_penalty", 1),
                    NoRepeatNgramSize = (int)Number(generation, "no_repeat_ngram_size", 0),
                    SuppressTokens = Ids(generation["suppress_tokens"]),
                };
                sampling.Check();
            }

            return new GenerationDefaults { EndTokens = ends, Sampling = sampling };
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or JsonException)
        {
            throw new HoneException("The settings for generating cannot be read.", $"{location}: generation_config.json", e.Message, "correct the value's type", e);
        }
    }

    private static double Number(JsonObject json, string key, double fallback) => json[key] is { } value ? NumberOf(value) : fallback;

    // A value may come from a file's text or from another program's numbers (GGUF), and is read alike.
    private static double NumberOf(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.Number ? double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture) : throw new FormatException($"{value.ToJsonString()} is no number");

    private static ImmutableArray<int> Ids(JsonNode? node) => node switch
    {
        null => [],
        JsonArray array => [.. array.Select(id => (int)NumberOf(id ?? throw new FormatException("null is no token")))],
        _ => [(int)NumberOf(node)],
    };
}
