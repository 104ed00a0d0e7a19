using Hone.Models.Nn;
using Hone.Tensors;
using Hone.Tensors.Autograd;

namespace Hone.Models.Adapters;

/// <summary>Low-rank update of one linear layer, with or without a trained magnitude.</summary>
/// <remarks>
/// LoRA: <c>y + s·B·A·x</c>. DoRA: <c>m/‖W + s·B·A‖·(W·x + s·B·A·x) + b</c>, the norm over each row and without gradient. Dropout goes before A; with DoRA,
/// as in PEFT, the part of the base that the magnitude changes sees the dropped input too. Source: Hu et al., arXiv:2106.09685; Liu et al., arXiv:2402.09353, section 4.
/// </remarks>
public sealed class LoraLinear : ILinearAdapter, IDisposable
{
    private readonly double _dropout;
    private Parameter? _weightSquares;

    internal LoraLinear(Parameter a, Parameter b, double scale, double dropout, Parameter? magnitude)
    {
        A = a;
        B = b;
        Scale = scale;
        Magnitude = magnitude;
        _dropout = dropout;
    }

    /// <summary><c>[rank, in]</c>.</summary>
    public Parameter A { get; }

    /// <summary><c>[out, rank]</c>.</summary>
    public Parameter B { get; }

    /// <summary>Magnitude of each output row, <c>[out]</c>; <see langword="null"/> for plain LoRA.</summary>
    public Parameter? Magnitude { get; }

    /// <summary>Factor of the update.</summary>
    public double Scale { get; }

    /// <inheritdoc/>
    public Tensor Apply(Linear layer, Tensor x, Tensor y)
    {
        Tensor dropped = x;
        bool drops = layer.IsTraining && _dropout > 0;
        if (drops)
        {
            dropped = Ops.Dropout(x, _dropout, layer.DropoutRandom!); // IsTraining says that there is one
        }

        Tensor update = Ops.Linear(Ops.Linear(dropped, A) * Scale, B);
        if (Magnitude is null)
        {
            return y + update;
        }

        Tensor factor = Magnitude / RowNorms(layer);  // [out]
        if (drops)
        {
            return y + (WithoutBias(layer, layer.ForwardBase(dropped)) * (factor - Tensor.Full(DType.F32, 1))) + (update * factor);
        }

        Tensor turned = (WithoutBias(layer, y) + update) * factor;
        return layer.Bias is null ? turned : turned + layer.Bias;
    }

    /// <inheritdoc/>
    public Tensor Forward(Linear layer, Tensor x)
    {
        bool isPlain = Magnitude is null && !(layer.IsTraining && _dropout > 0) && layer.Bias is not { IsTrainable: true } && x.DType == A.DType;
        return isPlain && layer.Packed is { } packed && packed.DType != DType.F64
            ? Ops.LowRankLinear(x, packed, layer.Bias, A, B, Scale)
            : Apply(layer, x, layer.ForwardBase(x));
    }

    /// <summary>The weight with the update in it.</summary>
    /// <param name="weight">The layer's weight, f32 <c>[out, in]</c>.</param>
    /// <returns>f32 <c>[out, in]</c>.</returns>
    public Tensor Merge(Tensor weight)
    {
        using GradMode off = GradMode.NoGrad();
        Tensor merged = weight + (Ops.MatMul(B.Detach(), A.Detach()) * Scale);
        return Magnitude is null ? merged : merged * Ops.Reshape(Magnitude.Detach() / Ops.Sqrt(Ops.Sum(Ops.Square(merged), keepDimensions: false, -1)), -1, 1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
        Magnitude?.Dispose();
        _weightSquares?.Dispose();
    }

    private static Tensor WithoutBias(Linear layer, Tensor y) => layer.Bias is null ? y : y - layer.Bias;

    /// <summary>Lengths of the rows of <c>W + s·B·A</c>, from <c>‖w‖² + 2s·b·(A·w) + s²·b·(A·Aᵀ)·b</c>: the weight itself may be packed.</summary>
    private Tensor RowNorms(Linear layer)
    {
        using GradMode off = GradMode.NoGrad();
        if (_weightSquares is null)
        {
            using Tensor weight = layer.ReadWeight();
            _weightSquares = new Parameter(Ops.Sum(Ops.Square(weight), keepDimensions: false, -1), $"{layer.Path}.weight_squares", requiresGrad: false);
        }

        Tensor a = A.Detach(), b = B.Detach();
        Tensor projected = Ops.Transpose(WithoutBias(layer, layer.ForwardBase(a)));                  // [out, rank]
        Tensor mixed = Ops.Sum(b * projected, keepDimensions: false, -1);
        Tensor own = Ops.Sum(Ops.MatMul(b, Ops.MatMul(a, Ops.Transpose(a))) * b, keepDimensions: false, -1);
        return Ops.Sqrt(_weightSquares + (mixed * (2 * Scale)) + (own * (Scale * Scale)));
    }
}
