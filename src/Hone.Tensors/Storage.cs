using Hone.Tensors.Memory;

namespace Hone.Tensors;

/// <summary>Bytes on a device, shared by a tensor, its views and the graph nodes that saved it.</summary>
/// <remarks>Reference counted: the memory returns to its pool the moment the last holder lets go.</remarks>
internal sealed unsafe class Storage
{
    private MemoryBlock? _block;
    private int _holders = 1;

    /// <summary>Wraps a block; the caller is the first holder.</summary>
    public Storage(MemoryBlock block, Device device)
    {
        _block = block;
        Device = device;
    }

    /// <summary>Where the bytes live.</summary>
    public Device Device { get; }

    /// <summary>Raised by every write after creation; a saved tensor remembers it to notice damage.</summary>
    public int Version { get; set; }

    /// <summary>Whether writing is forbidden (mapped files).</summary>
    public bool IsReadOnly => _block?.IsReadOnly ?? false;

    /// <summary>Whether exactly one holder is left, so that its memory may be reused in place.</summary>
    public bool IsExclusive => Volatile.Read(ref _holders) == 1;

    /// <summary>Whether the last holder has let go.</summary>
    public bool IsFreed => _block is null;

    /// <summary>Address as a number; 0 once freed.</summary>
    public nint AddressValue => _block?.AddressValue ?? 0;

    /// <summary>First byte, or <see langword="null"/> once freed.</summary>
    public byte* Address => _block is { } block ? block.Address : null;

    /// <summary>Memory of the pool, at least <paramref name="sizeBytes"/> bytes with undefined content.</summary>
    public static Storage Rent(long sizeBytes) => new(MemoryPool.Cpu.Rent(sizeBytes), Device.Cpu);

    /// <summary>Says that the bytes will not be needed soon: pages of a mapped file leave this process's memory and come back when they are read.</summary>
    public void Evict() => _block?.Evict();

    /// <summary>Adds a holder.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Removes a holder; the last one frees the memory.</summary>
    public void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            MemoryBlock block = _block!; // only the last holder gets here
            _block = null;
            block.Return();
        }
    }
}
