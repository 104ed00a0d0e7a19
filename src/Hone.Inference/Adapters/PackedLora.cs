using Hone.Models.Adapters;
using Hone.Models.Nn;
using Hone.Tensors;
using Hone.Tensors.Autograd;

namespace Hone.Inference.Adapters;

/// <summary>A LoRA update laid out for inference: its products give every row the same bits whatever rows come with it.</summary>
/// <remarks>The maths is that of <see cref="LoraLinear"/>; the scale is in B, and the factor of DoRA, which does not change any more, is computed once.</remarks>
internal sealed class PackedLora : ILinearAdapter, IDisposable
{
    private readonly PackedWeight _a, _b;
    private readonly Parameter? _factor; // [out], DoRA only

    /// <summary>Packs an update.</summary>
    /// <param name="layer">The layer it belongs to.</param>
    /// <param name="update">The update; not needed afterwards.</param>
    public PackedLora(Linear layer, LoraLinear update)
    {
        using var scope = TensorScope.Begin("pack adapter");
        using GradMode noGrad = GradMode.NoGrad();
        Tensor scaled = update.B.Detach() * update.Scale;
        _a = PackedWeight.Create(update.A.Detach(), forBackward: false);
        _b = PackedWeight.Create(scaled, forBackward: false);
        if (update.Magnitude is not null)
        {
            Tensor whole = layer.ReadWeight() + Ops.MatMul(scaled, update.A.Detach());
            _factor = new Parameter(update.Magnitude.Detach() / Ops.Sqrt(Ops.Sum(Ops.Square(whole), keepDimensions: false, -1)), "factor", requiresGrad: false);
        }
    }

    /// <inheritdoc/>
    public Tensor Apply(Linear layer, Tensor x, Tensor y)
    {
        Tensor update = Ops.PackedLinear(Ops.PackedLinear(x, _a), _b);
        if (_factor is null)
        {
            return y + update;
        }

        return layer.Bias is null ? (y + update) * _factor : ((y - layer.Bias + update) * _factor) + layer.Bias;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _factor?.Dispose();
    }
}
