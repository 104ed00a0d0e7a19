using Hone.Tensors.Memory;

namespace Hone.Tensors.Tests.Ops;

/// <summary>Counts the blocks of tensor memory that this thread took and did not give back since it was made.</summary>
internal sealed class MemoryPoolWatch
{
    private readonly long _start = MemoryPool.LiveBytesOfThisThread;

    /// <summary>Bytes taken and still held.</summary>
    public long Growth => MemoryPool.LiveBytesOfThisThread - _start;
}
