using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>Attention of a decoder layer, its projections included.</summary>
/// <remarks>A second level below <see cref="Module"/>: layers are the same for every kind of attention, and only its implementation knows its weights.</remarks>
public abstract class AttentionBlock : Module
{
    /// <summary>Mixes information across positions.</summary>
    /// <param name="x">Normalised hidden states, <c>[tokens, hidden]</c>.</param>
    /// <param name="context">Which tokens belong together, their positions, and the cache.</param>
    /// <returns>A tensor of the shape of <paramref name="x"/>.</returns>
    public abstract Tensor Forward(Tensor x, AttentionContext context);

    /// <summary>Rows of a projection as heads: <c>[tokens, heads·headDim]</c> to <c>[tokens, heads, headDim]</c>.</summary>
    protected static Tensor SplitHeads(Tensor x, int heads) => Ops.Reshape(x, x.Shape[0], heads, x.Shape[1] / heads);

    /// <summary>The inverse of <see cref="SplitHeads"/>.</summary>
    protected static Tensor MergeHeads(Tensor x) => Ops.Reshape(x, x.Shape[0], x.Shape[1] * x.Shape[2]);
}
