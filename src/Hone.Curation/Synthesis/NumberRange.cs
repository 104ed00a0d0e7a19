using Hone.Core.Recipes;

namespace Hone.Curation.Synthesis;

/// <summary>The numbers that problems are made of, both ends included.</summary>
public sealed record NumberRange : ICheckedOptions
{
    /// <summary>The smallest number; at least 2, so that nouns stay in the plural.</summary>
    [Range(2, 1_000_000)]
    public required int Min { get; init; }

    /// <summary>The largest number.</summary>
    [Range(2, 1_000_000)]
    public required int Max { get; init; }

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        if (Max < Min)
        {
            checks.Report(nameof(Max), $"the range from {Min} to {Max} is empty", "give a max that is not below min");
        }
    }
}
