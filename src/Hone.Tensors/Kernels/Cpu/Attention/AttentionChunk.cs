using System.Collections.Immutable;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>A range of keys with the heads whose backward pass one thread computes for it, one after the other.</summary>
/// <param name="Number">Which chunk of its heads, from 0.</param>
/// <param name="Begin">First key, a multiple of <see cref="AttentionBlock.KeyTile"/>.</param>
/// <param name="End">One past the last key; sequences may end before.</param>
/// <param name="Heads">Pairs of sequence and key head. Several where they add to one bias gradient.</param>
internal sealed record AttentionChunk(int Number, int Begin, int End, ImmutableArray<(int Sequence, int KvHead)> Heads)
{
    /// <summary>The part of a range of keys that lies in the chunk; End ≤ Begin when none.</summary>
    public (int Begin, int End) Overlap((int Begin, int End) keys) => (Math.Max(Begin, keys.Begin), Math.Min(End, keys.End));
}
