using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>Attention within the pass: every sequence is whole, nothing is cached, gradients flow.</summary>
/// <param name="positions">i32 <c>[tokens]</c>.</param>
/// <param name="sequences">Where the sequences begin.</param>
public sealed class PackedAttentionContext(Tensor positions, PackedSequences sequences) : AttentionContext
{
    /// <inheritdoc/>
    public override Tensor Positions => positions;

    /// <inheritdoc/>
    public override Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, AttentionOptions options) =>
        Ops.ScaledDotProductAttention(q, k, v, options with { Packed = sequences });
}
