using Hone.Core.Recipes;

namespace Hone.Data.Datasets;

/// <summary>Which files a training reads, how they become tokens, and what is kept for validation.</summary>
public abstract record DatasetOptions : EncodingOptions, ICheckedOptions
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

    /// <summary>Whether something is kept for validation.</summary>
    public bool HasValidation => Validation.Count > 0 || ValidationFraction is not null || ValidationRows is not null;

    /// <inheritdoc/>
    public virtual void Check(OptionChecks checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        int validations = (Validation.Count > 0 ? 1 : 0) + (ValidationFraction is null ? 0 : 1) + (ValidationRows is null ? 0 : 1);
        if (validations > 1)
        {
            checks.Report(ValidationRows is not null ? nameof(ValidationRows) : nameof(ValidationFraction), "several keys say what to validate on", "keep one of validation, validation_fraction and validation_rows");
        }
    }
}
