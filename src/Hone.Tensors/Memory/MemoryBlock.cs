namespace Hone.Tensors.Memory;

/// <summary>A stretch of host memory that a <see cref="Storage"/> lives in.</summary>
internal abstract unsafe class MemoryBlock
{
    /// <summary>First byte, aligned to 64.</summary>
    public byte* Address { get; protected init; }

    /// <summary>Usable bytes.</summary>
    public long SizeBytes { get; protected init; }

    /// <summary>Whether writing is forbidden (mapped files).</summary>
    public virtual bool IsReadOnly => false;

    /// <summary>Gives the memory back; the block must not be used afterwards.</summary>
    public abstract void Return();

    /// <summary>Gives up physical memory that can be read again from its file; nothing for other memory.</summary>
    public virtual void Evict()
    {
    }

    /// <summary>Address as a number, for error texts and alignment checks.</summary>
    public nint AddressValue => (nint)Address;
}
