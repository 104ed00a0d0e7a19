using System.Runtime.InteropServices;

namespace Hone.Tensors.Memory;

/// <summary>Memory of the C heap, aligned to 64 bytes, that returns to the <see cref="MemoryPool"/>.</summary>
/// <remarks>The finalizer gives memory back that nobody disposed: a tensor made outside any scope and dropped.</remarks>
internal sealed unsafe class NativeBlock : MemoryBlock
{
    /// <summary>Alignment of every tensor in bytes: a cache line and the widest vector.</summary>
    public const int Alignment = 64;

    private readonly MemoryPool _pool;

    public NativeBlock(MemoryPool pool, long sizeBytes)
    {
        _pool = pool;
        SizeBytes = sizeBytes;
        Address = (byte*)NativeMemory.AlignedAlloc((nuint)sizeBytes, Alignment);
    }

#pragma warning disable MA0055 // The one place that owns native memory; SafeHandle would add two interlocked operations to every access.
    ~NativeBlock()
#pragma warning restore MA0055
    {
        _pool.Forget(this);
        NativeMemory.AlignedFree(Address);
    }

    public override void Return() => _pool.Return(this);

    /// <summary>Gives the memory to the operating system at once.</summary>
    public void Free()
    {
#pragma warning disable CA1816 // Blocks are pooled, not disposed; this is their end.
        GC.SuppressFinalize(this);
#pragma warning restore CA1816
        NativeMemory.AlignedFree(Address);
    }
}
