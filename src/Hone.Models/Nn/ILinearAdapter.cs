using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>A trained update of one linear layer, applied without changing the layer's weight.</summary>
public interface ILinearAdapter
{
    /// <summary>Adds the update to what the layer gives.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="x">Its input, <c>[…, in]</c>.</param>
    /// <param name="y">Its result without adapter, bias included, <c>[…, out]</c>; may be a view, and is not changed.</param>
    /// <returns>The layer's result, <c>[…, out]</c>.</returns>
    Tensor Apply(Linear layer, Tensor x, Tensor y);

    /// <summary>Computes the layer with the update; overridden where both are faster together.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="x">Its input, <c>[…, in]</c>.</param>
    /// <returns>The layer's result, <c>[…, out]</c>.</returns>
    Tensor Forward(Linear layer, Tensor x) => Apply(layer, x, layer.ForwardBase(x));
}
