using System.Collections.Immutable;

namespace Hone.Data.Collators;

/// <summary>A batch of equally long rows, padded on the right, for programs that want one.</summary>
/// <param name="Width">Tokens of every row.</param>
/// <param name="InputIds">Token ids, row-major <c>[rows, width]</c>.</param>
/// <param name="Labels">Labels, -100 at padding, <c>[rows, width]</c>.</param>
/// <param name="AttentionMask">1 at tokens and 0 at padding, <c>[rows, width]</c>.</param>
/// <param name="Positions">Of each token its place in its row, 0 at padding, <c>[rows, width]</c>.</param>
public sealed record PaddedBatch(int Width, ImmutableArray<int> InputIds, ImmutableArray<int> Labels, ImmutableArray<int> AttentionMask, ImmutableArray<int> Positions)
{
    /// <summary>Number of rows.</summary>
    public int Rows => Width == 0 ? 0 : InputIds.Length / Width;
}
