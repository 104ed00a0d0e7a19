namespace Hone.Data.Collators;

/// <summary>What the batches of an epoch hold.</summary>
/// <param name="Batches">Number of batches.</param>
/// <param name="Rows">Number of their rows; a row is an example, or several where they are packed.</param>
/// <param name="Tokens">Number of their tokens; there is no padding among them.</param>
/// <param name="SmallestBatch">Tokens of the smallest batch.</param>
/// <param name="LargestBatch">Tokens of the largest batch.</param>
/// <param name="LongestRow">Tokens of the longest row.</param>
/// <param name="PaddedTokens">Tokens that the batches would have if every row were padded to the longest of its batch.</param>
/// <param name="CutTokens">Tokens that packing cut off because an example is longer than a row.</param>
public sealed record BatchStatistics(int Batches, long Rows, long Tokens, int SmallestBatch, int LargestBatch, int LongestRow, long PaddedTokens, long CutTokens)
{
    /// <summary>Mean number of tokens of a batch.</summary>
    public double MeanBatch => (double)Tokens / Batches;

    /// <summary>Mean number of tokens of a row.</summary>
    public double MeanRow => (double)Tokens / Rows;

    /// <summary>Share of tokens among those that padded batches would have.</summary>
    public double PaddingEfficiency => (double)Tokens / PaddedTokens;
}
