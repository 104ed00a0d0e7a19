using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>What happens to the scores of one row within a tile beside masking by position: soft-capping, bias, key mask.</summary>
/// <param name="softCap">Bound of the scores, or 0 for none.</param>
/// <param name="bias">Bias of the row at the tile's first key, or null.</param>
/// <param name="biasLength">Elements that may be read from <paramref name="bias"/>.</param>
/// <param name="mask">0 or −∞ per key of the tile, or null; padded to whole vectors.</param>
internal readonly unsafe ref struct ScoreRules<V>(float softCap, float* bias, int biasLength, float* mask)
    where V : struct, ISimdVector<V>
{
    private readonly float* _bias = bias;
    private readonly float* _mask = mask;

    /// <summary>Whether scores stay what they are.</summary>
    public bool AreNone => softCap == 0 && _bias is null && _mask is null;

    /// <summary>Applies the rules to the vector of scores at key <paramref name="key"/> of the tile.</summary>
    /// <param name="score">Scaled dot products.</param>
    /// <param name="key">A multiple of the vector's width.</param>
    /// <param name="capSlope">Receives the derivative of the result by <paramref name="score"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Apply(V score, int key, out V capSlope)
    {
        capSlope = V.Splat(1f);
        if (softCap != 0)
        {
            V t = SimdActivations.Tanh(score * V.Splat(1f / softCap));
            score = t * V.Splat(softCap);
            capSlope -= t * t;
        }

        if (_bias is not null)
        {
            score += key + V.Count <= biasLength ? V.Load(_bias + key) : V.LoadPartial(_bias + key, biasLength - key);
        }

        if (_mask is not null)
        {
            score += V.Load(_mask + key);
        }

        return score;
    }
}
