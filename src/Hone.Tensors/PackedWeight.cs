using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Quantization;

namespace Hone.Tensors;

/// <summary>A frozen linear layer's weight, laid out once for the device's products: what LoRA trains on top of and what inference runs on.</summary>
/// <remarks>
/// f32, bf16 and f16 weights stay in their type and need a second layout, made when asked for, for the backward direction. Quantized weights keep their
/// integers and scales and serve both directions with one layout. A packed weight also answers the look-ups of an embedding that shares it
/// (<see cref="Ops.Embedding(PackedWeight, Tensor)"/>).
/// </remarks>
public sealed class PackedWeight : IDisposable
{
    private readonly IPackedProduct[] _forward = [];
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
            _forward = [Pack(kernel, source, OutFeatures, InFeatures, isTransposed: true)];
            _backward = forBackward ? Pack(kernel, source, InFeatures, OutFeatures, isTransposed: false) : null;
        }
        else
        {
            _plain = Strided.Cast(Strided.Clone(source), DType == DType.F64 ? DType.F64 : DType.F32);
            TensorScope.Abandon(_plain);
        }

        weight.Storage.Evict();
    }

    private PackedWeight(ReadOnlySpan<QuantizedMatrix> matrices, bool forBackward)
    {
        InFeatures = matrices[0].Columns;
        DType = DType.F32;
        HasBackward = forBackward;
        Format = matrices[0].Format;
        foreach (QuantizedMatrix matrix in matrices)
        {
            OutFeatures = checked(OutFeatures + matrix.Rows);
            Format = Format == matrix.Format ? Format : null;
        }

        if (KernelTable<IPackKernel>.For(matrices[0].Bytes.Device) is { } kernel)
        {
            _forward = PackRuns(kernel, matrices);
        }
        else
        {
            Tensor[] parts = [.. matrices.ToArray().Select(matrix => matrix.Dequantize())];
            _plain = Ops.Concatenate(parts, 0);
            TensorScope.Abandon(_plain);
            Array.ForEach(parts, part => part.Dispose());
        }

        foreach (QuantizedMatrix matrix in matrices)
        {
            matrix.Bytes.Storage.Evict();
        }
    }

    private PackedWeight(Nf4Matrix matrix, bool forBackward)
    {
        (OutFeatures, InFeatures, DType, HasBackward, IsNf4) = (matrix.Rows, matrix.Columns, DType.F32, forBackward, true);
        if (KernelTable<IPackKernel>.For(matrix.Indices.Device) is { } kernel)
        {
            _forward = [kernel.Pack(matrix)];
        }
        else
        {
            _plain = matrix.Dequantize();
            TensorScope.Abandon(_plain);
        }
    }

    /// <summary>Rows of the weight: features of the result.</summary>
    public int OutFeatures { get; }

    /// <summary>Columns of the weight: features of the input.</summary>
    public int InFeatures { get; }

    /// <summary>Element type of the weight as stored; f32, in which products compute, when it is quantized.</summary>
    public DType DType { get; }

    /// <summary>Block format of a quantized weight; <see langword="null"/> for plain elements and for parts of different formats.</summary>
    public BlockFormat? Format { get; }

    /// <summary>Whether the weight is held in 4-bit NormalFloat.</summary>
    public bool IsNf4 { get; }

    /// <summary>Whether the gradient with respect to the input can be computed.</summary>
    public bool HasBackward { get; }

    /// <summary>Bytes held by all layouts.</summary>
    public long SizeBytes => _forward.Sum(part => part.SizeBytes) + (_backward?.SizeBytes ?? 0) + ((_plain?.ElementCount ?? 0) * (_plain?.DType.SizeBytes ?? 0));

    /// <summary>Packs a weight, which is no longer needed afterwards; pages of a mapped file that held it leave this process's memory.</summary>
    /// <param name="weight"><c>[out, in]</c>, any floating-point type; f64 is kept as it is and multiplied by the reference.</param>
    /// <param name="forBackward">Whether gradients with respect to the input will be asked for.</param>
    /// <exception cref="ShapeMismatchException">The weight is not a matrix.</exception>
    public static PackedWeight Create(Tensor weight, bool forBackward)
    {
        OpGuard.RequireFloat("packed_weight", weight);
        OpGuard.RequireShape("packed_weight", weight.Rank == 2, "only matrices are packed.", $"{weight}", "A linear layer's weight is [out, in].");
        return new PackedWeight(weight, forBackward);
    }

    /// <summary>Packs a quantized weight, which is no longer needed afterwards; pages of a mapped file that held it leave this process's memory.</summary>
    /// <param name="weight"><c>[out, in]</c>, any block format. Its integers and scales are kept exactly.</param>
    /// <param name="forBackward">Whether gradients with respect to the input will be asked for; costs no memory.</param>
    public static PackedWeight Create(QuantizedMatrix weight, bool forBackward = false) => new([weight], forBackward);

    /// <summary>Packs quantized weights with a common input as one, whose result is theirs beside each other.</summary>
    /// <param name="weights">At least one, with equal columns; formats may differ, but neighbours of one format run as one product.</param>
    /// <param name="forBackward">Whether gradients with respect to the input will be asked for; costs no memory.</param>
    /// <exception cref="ShapeMismatchException">There is none, or the columns differ.</exception>
    public static PackedWeight Create(ReadOnlySpan<QuantizedMatrix> weights, bool forBackward = false)
    {
        OpGuard.RequireShape("packed_weight", !weights.IsEmpty, "there is nothing to pack.", "0 matrices", "Give at least one.");
        foreach (QuantizedMatrix weight in weights)
        {
            OpGuard.RequireShape("packed_weight", weight.Columns == weights[0].Columns, "weights packed together must have the same input features.", $"{weights[0]} and {weight}", "Pack layers together that share their input.");
        }

        return new PackedWeight(weights, forBackward);
    }

    /// <summary>Packs a weight in 4-bit NormalFloat, which is no longer needed afterwards.</summary>
    /// <param name="weight"><c>[out, in]</c>. Its indices and scales are kept exactly.</param>
    /// <param name="forBackward">Whether gradients with respect to the input will be asked for; costs no memory.</param>
    public static PackedWeight Create(Nf4Matrix weight, bool forBackward = false)
    {
        ArgumentNullException.ThrowIfNull(weight);
        return new PackedWeight(weight, forBackward);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_forward, part => part.Dispose());
        _backward?.Dispose();
        _plain?.Dispose();
    }

    /// <summary><c>x·Wᵀ + b</c> for contiguous rows.</summary>
    internal unsafe Tensor Forward(Tensor rows, Tensor? bias)
    {
        Tensor y;
        if (_plain is null)
        {
            y = Tensor.Empty(rows.DType, new Shape(rows.Shape[0], OutFeatures));
            float* c = y.Pointer<float>(), b = bias is null ? null : bias.Pointer<float>();
            foreach (IPackedProduct part in _forward)
            {
                part.Multiply(rows.Shape[0], rows.Pointer<float>(), c, OutFeatures, b);
                c += part.Columns;
                b = b == null ? null : b + part.Columns;
            }

            return y;
        }

        y = MatrixProduct.Multiply(rows, Ops.Transpose(_plain.Detach()));
        if (bias is not null)
        {
            Ops.AddInPlace(y, Ops.Expand(bias, y.Shape.Dimensions));
        }

        return y;
    }

    /// <summary><c>g·W</c> for contiguous rows.</summary>
    internal unsafe Tensor Backward(Tensor g)
    {
        if (_plain is not null)
        {
            return MatrixProduct.Multiply(g, _plain);
        }

        int m = g.Shape[0];
        if (_backward is not null)
        {
            Tensor dx = Tensor.Empty(g.DType, new Shape(m, InFeatures));
            _backward.Multiply(m, g.Pointer<float>(), dx.Pointer<float>(), InFeatures, null);
            return dx;
        }

        Tensor sum = Tensor.Zeros(g.DType, m, InFeatures);
        float* from = g.Pointer<float>();
        foreach (IPackedProduct part in _forward)
        {
            IQuantizedProduct quantized = part as IQuantizedProduct ?? throw ForwardOnly();
            quantized.AddTransposed(m, from, OutFeatures, sum.Pointer<float>());
            from += part.Columns;
        }

        return sum;
    }

    /// <summary>Rows of the weight in its type of computation, each index below <see cref="OutFeatures"/>.</summary>
    internal unsafe Tensor Rows(ReadOnlySpan<long> indices)
    {
        Tensor y = Tensor.Empty(DType == DType.F64 ? DType.F64 : DType.F32, new Shape(indices.Length, InFeatures));
        long rowBytes = (long)InFeatures * y.DType.SizeBytes;
        for (int t = 0; t < indices.Length; t++)
        {
            byte* target = y.Address + (t * rowBytes);
            if (_plain is not null)
            {
                Buffer.MemoryCopy(_plain.Address + (indices[t] * rowBytes), target, rowBytes, rowBytes);
                continue;
            }

            long row = indices[t];
            int part = 0;
            for (; row >= _forward[part].Columns; part++)
            {
                row -= _forward[part].Columns;
            }

            _forward[part].ReadColumn(row, (float*)target);
        }

        return y;
    }

    private AutogradException ForwardOnly() => new(
        "packed_linear: this weight was packed for the forward direction only.",
        OpContext.Describe("packed_linear"),
        $"weight [{OutFeatures}, {InFeatures}] {DType.Name}",
        "Pack it with forBackward: true where gradients pass through it.");

    private static unsafe IPackedProduct Pack(IPackKernel kernel, Tensor source, int n, int k, bool isTransposed) =>
        kernel.Pack(source.DType, source.Address, n, k, isTransposed);

    /// <summary>Packs each stretch of neighbours of one format as one.</summary>
    private static IPackedProduct[] PackRuns(IPackKernel kernel, ReadOnlySpan<QuantizedMatrix> matrices)
    {
        var parts = new List<IPackedProduct>();
        for (int first = 0, end = 1; first < matrices.Length; first = end++)
        {
            while (end < matrices.Length && matrices[end].Format == matrices[first].Format)
            {
                end++;
            }

            parts.Add(kernel.Pack(matrices[first..end]));
        }

        return [.. parts];
    }
}
