using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Models.Families;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Heads;

/// <summary>How a model's hidden states become embeddings, as sentence-transformers writes it into a model's folder.</summary>
/// <remarks>Source: sentence-transformers 5, <c>modules.json</c>, <c>1_Pooling/config.json</c>, <c>sentence_bert_config.json</c>.</remarks>
public sealed record PoolingSettings
{
    /// <summary>Poolings, put beside each other when there are several.</summary>
    public required ImmutableArray<PoolingMode> Modes { get; init; }

    /// <summary>Whether embeddings are scaled to length 1.</summary>
    public bool Normalizes { get; init; }

    /// <summary>Whether the tokens of a prompt in front of the text are pooled too.</summary>
    public bool IncludesPrompt { get; init; } = true;

    /// <summary>Tokens after which texts are cut; the model's own limit when not given.</summary>
    public int? MaxSeqLength { get; init; }

    /// <summary>Reads a model's folder.</summary>
    /// <returns><see langword="null"/> when the folder does not say how to pool.</returns>
    /// <exception cref="ModelConfigException">The files are damaged, or name a module that is not supported.</exception>
    public static PoolingSettings? Read(string folder)
    {
        string list = Path.Combine(folder, "modules.json");
        if (!File.Exists(list))
        {
            return null;
        }

        PoolingSettings? settings = null;
        bool normalizes = false;
        JsonArray modules = Parse(list) as JsonArray ?? throw Damaged(list, "no list of modules");
        foreach (ConfigReader module in modules.Select(item => new ConfigReader(item as JsonObject ?? throw Damaged(list, "a module is no object"), list)))
        {
            string type = module.Word("type");
            switch (type[(type.LastIndexOf('.') + 1)..])
            {
                case "Transformer":
                    break;
                case "Pooling":
                    settings = ReadPooling(Path.Combine(folder, module.Word("path"), "config.json"));
                    break;
                case "Normalize":
                    normalizes = true;
                    break;
                default:
                    throw module.Unsupported("type", type, "Transformer, Pooling and Normalize");
            }
        }

        string limits = Path.Combine(folder, "sentence_bert_config.json");
        int? maxSeqLength = File.Exists(limits) ? new ConfigReader(Parse(limits) as JsonObject ?? throw Damaged(limits, "no object"), limits).OptionalInteger("max_seq_length") : null;
        return (settings ?? throw Damaged(list, "no module pools")) with { Normalizes = normalizes, MaxSeqLength = maxSeqLength };
    }

    /// <summary>Makes embeddings of hidden states.</summary>
    /// <param name="hidden">f32 <c>[tokens, hidden]</c>.</param>
    /// <param name="context">Where the sequences begin.</param>
    /// <returns>f32 <c>[sequences, hidden]</c>, with several modes <c>[sequences, modes·hidden]</c>.</returns>
    public Tensor Pool(Tensor hidden, PackedAttentionContext context)
    {
        Tensor[] pooled = [.. Modes.Select(mode => mode switch
        {
            PoolingMode.Cls => SequencePooling.First(hidden, context),
            PoolingMode.Max => SequencePooling.Max(hidden, context),
            PoolingMode.Mean => SequencePooling.Mean(hidden, context),
            PoolingMode.MeanSqrtLen => SequencePooling.MeanSqrtLength(hidden, context),
            PoolingMode.WeightedMean => SequencePooling.WeightedMean(hidden, context),
            _ => SequencePooling.Last(hidden, context),
        })];
        Tensor embeddings = pooled is [Tensor only] ? only : Ops.Concatenate(pooled, -1);
        return Normalizes ? SequencePooling.Normalize(embeddings) : embeddings;
    }

    private static PoolingSettings ReadPooling(string path)
    {
        var json = new ConfigReader(Parse(path) as JsonObject ?? throw Damaged(path, "no object"), path);
        (string Key, string Name, PoolingMode Mode)[] known =
        [
            ("pooling_mode_cls_token", "cls", PoolingMode.Cls),
            ("pooling_mode_max_tokens", "max", PoolingMode.Max),
            ("pooling_mode_mean_tokens", "mean", PoolingMode.Mean),
            ("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", PoolingMode.MeanSqrtLen),
            ("pooling_mode_weightedmean_tokens", "weightedmean", PoolingMode.WeightedMean),
            ("pooling_mode_lasttoken", "lasttoken", PoolingMode.LastToken),
        ];
        string[] named = json.Json["pooling_mode"] is JsonArray ? json.Words("pooling_mode") ?? [] : json.Has("pooling_mode") ? [json.Word("pooling_mode")] : [];
        if (named.FirstOrDefault(name => !known.Any(entry => entry.Name == name)) is { } unknown)
        {
            throw json.Unsupported("pooling_mode", $"\"{unknown}\"", string.Join(", ", known.Select(entry => entry.Name)));
        }

        ImmutableArray<PoolingMode> modes = [.. known.Where(entry => named.Contains(entry.Name) || (named.Length == 0 && json.Flag(entry.Key, false))).Select(entry => entry.Mode)];
        return modes.IsEmpty ? throw json.Wrong("pooling_mode_mean_tokens", "no pooling is turned on") : new PoolingSettings { Modes = modes, IncludesPrompt = json.Flag("include_prompt", true) };
    }

    private static JsonNode? Parse(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw Damaged(path, e.Message);
        }
    }

    private static ModelConfigException Damaged(string path, string facts) => new("A file that says how to pool embeddings cannot be read.", path, facts, "Get the model's folder again.");
}
