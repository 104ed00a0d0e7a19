using Hone.Tensors.Memory;

namespace Hone.Tensors.Kernels.Cpu;

/// <summary>Working memory of one kernel call, 64-byte aligned with undefined content; goes back to the tensor pool when disposed.</summary>
internal readonly unsafe ref struct KernelScratch : IDisposable
{
    private readonly NativeBlock? _block;

    /// <summary>Takes room for <paramref name="count"/> floats; none for 0.</summary>
    public KernelScratch(long count) => _block = count == 0 ? null : MemoryPool.Cpu.Rent(count * sizeof(float));

    /// <summary>First element; null for a count of 0.</summary>
    public float* Floats => _block is null ? null : (float*)_block.Address;

    /// <inheritdoc/>
    public void Dispose() => _block?.Return();
}
