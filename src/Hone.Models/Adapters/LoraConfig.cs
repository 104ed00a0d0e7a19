using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Hone.Models.Families;

namespace Hone.Models.Adapters;

/// <summary>Settings of a LoRA adapter, named as in PEFT's <c>adapter_config.json</c>.</summary>
/// <remarks>Source: Hu et al., arXiv:2106.09685; Kalajdzievski, rsLoRA, arXiv:2312.03732; Liu et al., DoRA, arXiv:2402.09353; PEFT 0.21, <c>LoraConfig</c>.</remarks>
public sealed record LoraConfig
{
    /// <summary>Name of the settings' file in an adapter's folder.</summary>
    public const string FileName = "adapter_config.json";

    /// <summary>Value of <see cref="TargetModules"/> that means every linear layer but the head.</summary>
    public const string AllLinear = "all-linear";

    /// <summary>Rank of the update.</summary>
    public required int R { get; init; }

    /// <summary>The update's factor is this over the rank, or over its root.</summary>
    public required double LoraAlpha { get; init; }

    /// <summary>Layers that get an update: one regular expression over whole paths or <see cref="AllLinear"/>, or names that end paths.</summary>
    public required ImmutableArray<string> TargetModules { get; init; }

    /// <summary>Whether <see cref="TargetModules"/> holds one expression instead of names.</summary>
    public bool IsTargetExpression { get; init; }

    /// <summary>Layers that get none though they are targets: names that end paths, or one expression.</summary>
    public ImmutableArray<string> ExcludeModules { get; init; } = [];

    /// <summary>Whether <see cref="ExcludeModules"/> holds one expression instead of names.</summary>
    public bool IsExcludeExpression { get; init; }

    /// <summary>Numbers of the layers that get updates; all when empty.</summary>
    public ImmutableArray<int> LayersToTransform { get; init; } = [];

    /// <summary>Names that stand before a layer's number in paths; any when empty.</summary>
    public ImmutableArray<string> LayersPattern { get; init; } = [];

    /// <summary>Ranks of layers whose path ends with an expression; the first that fits counts.</summary>
    public ImmutableArray<KeyValuePair<string, double>> RankPattern { get; init; } = [];

    /// <summary>Values of alpha of layers whose path ends with an expression; the first that fits counts.</summary>
    public ImmutableArray<KeyValuePair<string, double>> AlphaPattern { get; init; } = [];

    /// <summary>Modules that are trained and saved whole.</summary>
    public ImmutableArray<string> ModulesToSave { get; init; } = [];

    /// <summary>Share of inputs to updates that training zeroes.</summary>
    public double LoraDropout { get; init; }

    /// <summary>Whether alpha is divided by the root of the rank.</summary>
    public bool UseRslora { get; init; }

    /// <summary>Whether a magnitude for each output row is trained apart from its direction.</summary>
    public bool UseDora { get; init; }

    /// <summary>Which biases are trained: <c>none</c>, <c>lora_only</c> (of layers with an update) or <c>all</c>.</summary>
    public string Bias { get; init; } = "none";

    /// <summary>What the model does, e.g. <c>CAUSAL_LM</c> or <c>SEQ_CLS</c>; empty when not said.</summary>
    public string TaskType { get; init; } = string.Empty;

    /// <summary>Name or folder of the model that the adapter belongs to; empty when not said.</summary>
    public string BaseModelNameOrPath { get; init; } = string.Empty;

    /// <summary>The file these settings were read from, kept for saving; <see langword="null"/> for new ones.</summary>
    public JsonObject? Json { get; init; }

    /// <summary>Reads <c>adapter_config.json</c>.</summary>
    /// <param name="json">The parsed file.</param>
    /// <param name="location">The file, for messages.</param>
    /// <exception cref="ModelConfigException">A value is missing or impossible, or the adapter is of a kind that is not supported.</exception>
    public static LoraConfig Read(JsonObject json, string location) => LoraConfigFormat.Read(new ConfigReader(json, location));

    /// <summary>The settings as PEFT writes them.</summary>
    public JsonObject ToJson() => Json?.DeepClone().AsObject() ?? LoraConfigFormat.Write(this);
}
