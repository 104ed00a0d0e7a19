using Hone.Core.Recipes;

namespace Hone.Data.Collators;

/// <summary>Which examples go into a batch together.</summary>
public record BatchOptions : ICheckedOptions
{
    /// <summary>The most rows of a batch; a row is an example, or several where they are packed. Null for no limit.</summary>
    [Positive]
    public int? Rows { get; init; } = 8;

    /// <summary>The most tokens of a batch; null for no limit.</summary>
    [Positive]
    public int? Tokens { get; init; }

    /// <summary>Whether every epoch has another, random order; else the order of the files.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Whether rows of similar length go together, the longest of all first, so that lack of memory shows at once.</summary>
    public bool GroupByLength { get; init; }

    /// <summary>Whether a last batch of fewer rows is left out.</summary>
    public bool DropLast { get; init; }

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        if (Rows is null && Tokens is null)
        {
            checks.Report(nameof(Rows), "nothing limits a batch", "give rows: 8 or tokens: 8192");
        }

        if (DropLast && Rows is null)
        {
            checks.Report(nameof(DropLast), "without rows no batch is too small", "give rows, or remove drop_last");
        }
    }
}
