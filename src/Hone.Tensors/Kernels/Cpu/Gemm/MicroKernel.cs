namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>One tile of a product: <c>C = D + Σ_k A[:, k]·B[k, :]</c>, summed over k in rising order from zero, then added to D.</summary>
/// <remarks>
/// Arguments: <c>kc</c> steps; <c>a</c> with its stride in floats (between rows for the Rows family, between steps for the Packed family);
/// <c>b</c> with its stride in bytes between steps; <c>c</c> and its row stride in floats; <c>d</c> and its row stride in floats.
/// <c>d</c> is <see langword="null"/> for zero, <c>c</c> to accumulate, or a bias row with stride 0.
/// The caller guarantees that every row of the tile has the family's full width in <c>b</c>, <c>c</c> and <c>d</c>.
/// </remarks>
internal readonly unsafe struct MicroKernel(delegate*<nint, float*, nint, byte*, nint, float*, nint, float*, nint, void> entry)
{
    /// <summary>The code.</summary>
    public readonly delegate*<nint, float*, nint, byte*, nint, float*, nint, float*, nint, void> Entry = entry;
}
