using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>The part of a layer that works on each token alone.</summary>
/// <remarks>A second level below <see cref="Module"/>: layers are the same for dense and for routed MLPs.</remarks>
public abstract class FeedForwardBlock : Module
{
    /// <param name="x">Normalised hidden states, <c>[tokens, hidden]</c>.</param>
    /// <returns>A tensor of the shape of <paramref name="x"/>.</returns>
    public abstract Tensor Forward(Tensor x);
}
