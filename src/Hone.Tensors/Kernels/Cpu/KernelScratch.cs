using System.Runtime.InteropServices;

namespace Hone.Tensors.Kernels.Cpu;

/// <summary>Working memory of one kernel call, 64-byte aligned with undefined content, freed when disposed.</summary>
internal readonly unsafe ref struct KernelScratch : IDisposable
{
    /// <summary>Takes room for <paramref name="count"/> floats.</summary>
    public KernelScratch(long count) => Floats = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, count) * sizeof(float), 64);

    /// <summary>First element.</summary>
    public float* Floats { get; }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.AlignedFree(Floats);
}
