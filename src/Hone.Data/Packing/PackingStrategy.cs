namespace Hone.Data.Packing;

/// <summary>How several examples share one row of a batch.</summary>
public enum PackingStrategy
{
    /// <summary>Each example is a row.</summary>
    None,

    /// <summary>Examples, cut to the row's length, go whole into the fullest row they fit into.</summary>
    BestFit,

    /// <summary>As <see cref="BestFit"/>, but a longer example is split into several pieces instead of being cut.</summary>
    BestFitSplit,

    /// <summary>All examples one behind the other, split wherever a row is full.</summary>
    Wrapped,
}
