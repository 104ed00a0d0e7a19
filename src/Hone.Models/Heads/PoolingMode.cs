namespace Hone.Models.Heads;

/// <summary>Ways to make one vector of the vectors of a sequence's tokens, in the order in which several are put beside each other.</summary>
public enum PoolingMode
{
    /// <summary>The first token.</summary>
    Cls,

    /// <summary>The largest value of each column.</summary>
    Max,

    /// <summary>The mean.</summary>
    Mean,

    /// <summary>The sum over the root of the number of tokens.</summary>
    MeanSqrtLen,

    /// <summary>The mean, weighted by the tokens' places.</summary>
    WeightedMean,

    /// <summary>The last token.</summary>
    LastToken,
}
