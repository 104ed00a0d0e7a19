using Hone.Core.Recipes;
using Hone.Data.Packing;

namespace Hone.Data.Datasets;

/// <summary>The data of a supervised fine-tuning: which files, how they become tokens, and what is kept for validation.</summary>
public sealed record SftDataOptions : SftEncodingOptions, ICheckedOptions
{
    /// <summary>The files to train on, mixed by their weights.</summary>
    [Count(1)]
    public required IReadOnlyList<DataSource> Sources { get; init; }

    /// <summary>Files to validate on.</summary>
    public IReadOnlyList<DataSource> Validation { get; init; } = [];

    /// <summary>Share of the examples to validate on instead of training on them, chosen at random.</summary>
    [Range(0, 1, MinimumExcluded = true, MaximumExcluded = true)]
    public double? ValidationFraction { get; init; }

    /// <summary>Number of examples to validate on instead of training on them, chosen at random.</summary>
    [Positive]
    public int? ValidationRows { get; init; }

    /// <summary>What happens to rows that cannot be trained on.</summary>
    public InvalidRows InvalidRows { get; init; } = InvalidRows.Error;

    /// <summary>How several examples share one row of <c>max_tokens</c> tokens; attention stays inside each example.</summary>
    public PackingStrategy Packing { get; init; } = PackingStrategy.None;

    /// <summary>Whether long examples are split among rows instead of being cut.</summary>
    internal bool Splits => Packing is PackingStrategy.BestFitSplit or PackingStrategy.Wrapped;

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        int validations = (Validation.Count > 0 ? 1 : 0) + (ValidationFraction is null ? 0 : 1) + (ValidationRows is null ? 0 : 1);
        if (validations > 1)
        {
            checks.Report(ValidationRows is not null ? nameof(ValidationRows) : nameof(ValidationFraction), "several keys say what to validate on", "keep one of validation, validation_fraction and validation_rows");
        }

        if (Splits && Truncation != Truncation.KeepStart)
        {
            checks.Report(nameof(Truncation), $"packing: {KeyOf(Packing)} splits long examples and never cuts them", "remove truncation, or choose packing: best_fit");
        }
    }

    private static string KeyOf(PackingStrategy packing) => packing == PackingStrategy.Wrapped ? "wrapped" : "best_fit_split";
}
