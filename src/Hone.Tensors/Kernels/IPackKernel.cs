using Hone.Tensors.Quantization;

namespace Hone.Tensors.Kernels;

/// <summary>Lays frozen weights out for a device's products.</summary>
internal unsafe interface IPackKernel
{
    /// <summary>Packs a row-major matrix of f32, bf16 or f16, which is no longer needed afterwards.</summary>
    /// <param name="dtype">Element type, kept.</param>
    /// <param name="source">First element.</param>
    /// <param name="n">Columns of the products' results.</param>
    /// <param name="k">Columns of the products' left operands.</param>
    /// <param name="isTransposed">The source is stored <c>[n, k]</c>, else <c>[k, n]</c>.</param>
    IPackedProduct Pack(DType dtype, void* source, int n, int k, bool isTransposed);

    /// <summary>Packs quantized weights of one format and width, one below the other, without loss; they are no longer needed afterwards.</summary>
    IQuantizedProduct Pack(ReadOnlySpan<QuantizedMatrix> matrices);

    /// <summary>Packs a weight in 4-bit NormalFloat without loss; it is no longer needed afterwards.</summary>
    IQuantizedProduct Pack(Nf4Matrix matrix);
}
