using Hone.Core.Recipes;
using Hone.Data.Packing;

namespace Hone.Data.Datasets;

/// <summary>The data of a supervised fine-tuning: which files, how they become tokens, and what is kept for validation.</summary>
public sealed record SftDataOptions : DatasetOptions
{
    /// <summary>Which tokens are trained.</summary>
    public LossOn LossOn { get; init; } = LossOn.Auto;

    /// <summary>How several examples share one row of <c>max_tokens</c> tokens; attention stays inside each example.</summary>
    public PackingStrategy Packing { get; init; } = PackingStrategy.None;

    /// <summary>Whether long examples are split among rows instead of being cut.</summary>
    internal bool Splits => Packing is PackingStrategy.BestFitSplit or PackingStrategy.Wrapped;

    /// <inheritdoc/>
    public override void Check(OptionChecks checks)
    {
        base.Check(checks);
        if (Splits && Truncation != Truncation.KeepStart)
        {
            checks.Report(nameof(Truncation), $"packing: {KeyOf(Packing)} splits long examples and never cuts them", "remove truncation, or choose packing: best_fit");
        }
    }

    private static string KeyOf(PackingStrategy packing) => packing == PackingStrategy.Wrapped ? "wrapped" : "best_fit_split";
}
