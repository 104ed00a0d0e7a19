namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>Like <see cref="MicroKernel"/> for few rows of A in place over several adjacent two-vector panels of B.</summary>
/// <remarks>Takes the distance between panels in bytes after B's stride; C's columns lie beside each other.</remarks>
internal readonly unsafe struct WideKernel(
    delegate*<nint, float*, nint, byte*, nint, nint, float*, nint, float*, nint, void> entry,
    int panels)
{
    /// <summary>The code.</summary>
    public readonly delegate*<nint, float*, nint, byte*, nint, nint, float*, nint, float*, nint, void> Entry = entry;

    /// <summary>Panels of B that one call covers.</summary>
    public readonly int Panels = panels;
}
