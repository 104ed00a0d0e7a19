namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>Adds eight steps of k to rows of sums: <c>sums[r, j] += Σ_k a[r, k]·b[k, j]</c> in rising k, B row-major in place.</summary>
/// <remarks>Arguments: columns; <c>a</c> as [rows][8]; <c>b</c> and its row stride in floats; <c>sums</c> and their row stride.</remarks>
internal readonly unsafe struct StreamKernel(delegate*<nint, float*, float*, nint, float*, nint, void> entry)
{
    /// <summary>Steps of k that one call adds.</summary>
    public const int Steps = 8;

    /// <summary>The code.</summary>
    public readonly delegate*<nint, float*, float*, nint, float*, nint, void> Entry = entry;
}
