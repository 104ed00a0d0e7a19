using Hone.Core.Random;
using Hone.Core.Recipes;
using Hone.Models;
using Hone.Models.Adapters;

namespace Hone.Training.Adapters;

/// <summary>A new LoRA adapter, with the choices that PEFT offers.</summary>
[Adapter("lora")]
public sealed record LoraOptions : AdapterOptions, ICheckedOptions
{
    /// <summary>Rank of the updates.</summary>
    [Positive]
    public int Rank { get; init; } = 16;

    /// <summary>The updates' factor is this over the rank, or over its root with <c>rslora</c>.</summary>
    [Positive]
    public double Alpha { get; init; } = 32;

    /// <summary>Layers that get an update: names that end their paths, or <c>all-linear</c> alone for every linear layer but the head.</summary>
    [Count(1)]
    public IReadOnlyList<string> Targets { get; init; } = [LoraConfig.AllLinear];

    /// <summary>Layers that get an update, as one regular expression over whole paths, in place of <c>targets</c>.</summary>
    public string? TargetExpression { get; init; }

    /// <summary>Layers that get none though they are targets: names that end their paths.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Numbers of the layers that get updates; all when empty.</summary>
    public IReadOnlyList<int> LayersToTransform { get; init; } = [];

    /// <summary>Ranks of layers whose path ends with an expression; the first that fits counts.</summary>
    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = new Dictionary<string, int>();

    /// <summary>Alphas of layers whose path ends with an expression; the first that fits counts.</summary>
    public IReadOnlyDictionary<string, double> AlphaPattern { get; init; } = new Dictionary<string, double>();

    /// <summary>Modules that are trained and saved whole, such as <c>embed_tokens</c>.</summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>Share of the inputs to updates that training zeroes.</summary>
    [Range(0, 1, MaximumExcluded = true)]
    public double Dropout { get; init; }

    /// <summary>Whether alpha is divided by the root of the rank.</summary>
    public bool Rslora { get; init; }

    /// <summary>Whether a magnitude of each output row is trained apart from its direction.</summary>
    public bool Dora { get; init; }

    /// <summary>Which biases are trained.</summary>
    public LoraBias Bias { get; init; }

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        if (TargetExpression is not null && Targets is not [LoraConfig.AllLinear])
        {
            checks.Report(nameof(TargetExpression), "both 'targets' and 'target_expression' choose layers", "keep one of them");
        }

        if (Targets.Count > 1 && Targets.Contains(LoraConfig.AllLinear))
        {
            checks.Report(nameof(Targets), $"'{LoraConfig.AllLinear}' means every linear layer and stands alone", $"write targets: [{LoraConfig.AllLinear}], or list names");
        }
    }

    /// <inheritdoc/>
    public override LoraAdapter Create(PretrainedModel model, RandomStream random) => LoraAdapter.Create(model, ToConfig(model), random);

    private LoraConfig ToConfig(PretrainedModel model) => new()
    {
        R = Rank,
        LoraAlpha = Alpha,
        TargetModules = TargetExpression is { } expression ? [expression] : [.. Targets],
        IsTargetExpression = TargetExpression is not null || Targets is [LoraConfig.AllLinear],
        ExcludeModules = [.. Exclude],
        LayersToTransform = [.. LayersToTransform],
        RankPattern = [.. RankPattern.Select(pair => KeyValuePair.Create(pair.Key, (double)pair.Value))],
        AlphaPattern = [.. AlphaPattern],
        ModulesToSave = [.. ModulesToSave],
        LoraDropout = Dropout,
        UseRslora = Rslora,
        UseDora = Dora,
        Bias = Bias switch { LoraBias.All => "all", LoraBias.LoraOnly => "lora_only", _ => "none" },
        TaskType = model is SequenceClassifier ? "SEQ_CLS" : model is CausalLm ? "CAUSAL_LM" : "FEATURE_EXTRACTION",
        BaseModelNameOrPath = model.Tensors.Location,
    };
}
