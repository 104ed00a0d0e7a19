using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <summary>A frozen linear layer's weight, laid out once for the device's products: what LoRA trains on top of and what inference runs on.</summary>
/// <remarks>f32, bf16 and f16 weights stay in their type. The layout for the backward direction is a second one, made when asked for.</remarks>
public sealed class PackedWeight : IDisposable
{
    private readonly IPackedProduct? _forward;
    private readonly IPackedProduct? _backward;
    private readonly Tensor? _plain;

    private PackedWeight(Tensor weight, bool forBackward)
    {
        OutFeatures = weight.Shape[0];
        InFeatures = weight.Shape[1];
        DType = weight.DType;
        HasBackward = forBackward;
        using Tensor source = Strided.Contiguous(weight).Detach();
        if (weight.DType != DType.F64 && KernelTable<IPackKernel>.For(weight.Device) is { } kernel)
        {
            _forward = Pack(kernel, source, OutFeatures, InFeatures, isTransposed: true);
            _backward = forBackward ? Pack(kernel, source, InFeatures, OutFeatures, isTransposed: false) : null;
        }
        else
        {
            _plain = Strided.Cast(Strided.Clone(source), DType == DType.F64 ? DType.F64 : DType.F32);
            TensorScope.Abandon(_plain);
        }
    }

    /// <summary>Rows of the weight: features of the result.</summary>
    public int OutFeatures { get; }

    /// <summary>Columns of the weight: features of the input.</summary>
    public int InFeatures { get; }

    /// <summary>Element type of the weight as stored.</summary>
    public DType DType { get; }

    /// <summary>Whether the gradient with respect to the input can be computed.</summary>
    public bool HasBackward { get; }

    /// <summary>Bytes held by both layouts.</summary>
    public long SizeBytes => (_forward?.SizeBytes ?? 0) + (_backward?.SizeBytes ?? 0) + ((_plain?.ElementCount ?? 0) * (_plain?.DType.SizeBytes ?? 0));

    /// <summary>Packs a weight, which is no longer needed afterwards.</summary>
    /// <param name="weight"><c>[out, in]</c>, any floating-point type; f64 is kept as it is and multiplied by the reference.</param>
    /// <param name="forBackward">Whether gradients with respect to the input will be asked for.</param>
    /// <exception cref="ShapeMismatchException">The weight is not a matrix.</exception>
    public static PackedWeight Create(Tensor weight, bool forBackward)
    {
        OpGuard.RequireFloat("packed_weight", weight);
        OpGuard.RequireShape("packed_weight", weight.Rank == 2, "only matrices are packed.", $"{weight}", "A linear layer's weight is [out, in].");
        return new PackedWeight(weight, forBackward);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _forward?.Dispose();
        _backward?.Dispose();
        _plain?.Dispose();
    }

    /// <summary><c>x·Wᵀ + b</c> for contiguous rows.</summary>
    internal unsafe Tensor Forward(Tensor rows, Tensor? bias)
    {
        Tensor y = Tensor.Empty(rows.DType, new Shape(rows.Shape[0], OutFeatures));
        if (_forward is not null)
        {
            _forward.Multiply(rows.Shape[0], rows.Pointer<float>(), y.Pointer<float>(), bias is null ? null : bias.Pointer<float>());
            return y;
        }

        y = MatrixProduct.Multiply(rows, Ops.Transpose(Plain().Detach()));
        if (bias is not null)
        {
            Ops.AddInPlace(y, Ops.Expand(bias, y.Shape.Dimensions));
        }

        return y;
    }

    /// <summary><c>g·W</c> for contiguous rows.</summary>
    internal unsafe Tensor Backward(Tensor g)
    {
        if (_backward is null)
        {
            return MatrixProduct.Multiply(g, Plain());
        }

        Tensor dx = Tensor.Empty(g.DType, new Shape(g.Shape[0], InFeatures));
        _backward.Multiply(g.Shape[0], g.Pointer<float>(), dx.Pointer<float>(), null);
        return dx;
    }

    private Tensor Plain() => _plain ?? throw new AutogradException(
        "packed_linear: this weight was packed for the forward direction only.",
        OpContext.Describe("packed_linear"),
        $"weight [{OutFeatures}, {InFeatures}] {DType.Name}",
        "Pack it with forBackward: true where gradients pass through it.");

    private static unsafe IPackedProduct Pack(IPackKernel kernel, Tensor source, int n, int k, bool isTransposed) =>
        kernel.Pack(source.DType, source.Address, n, k, isTransposed);
}
