using Hone.Tensors.Memory;

namespace Hone.Tensors;

/// <summary>Memory that tensors on the host processor take; packed weights and mapped files are not counted.</summary>
public static class TensorMemory
{
    /// <summary>Bytes in use.</summary>
    public static long LiveBytes => MemoryPool.Cpu.Usage.LiveBytes;

    /// <summary>Bytes kept for reuse.</summary>
    public static long CachedBytes => MemoryPool.Cpu.Usage.CachedBytes;

    /// <summary>Most bytes in use at one time since <see cref="ResetPeak"/>.</summary>
    public static long PeakBytes => MemoryPool.Cpu.Usage.PeakBytes;

    /// <summary>Gives what is kept for reuse back to the operating system.</summary>
    public static void ReleaseCached() => MemoryPool.Cpu.Trim();

    /// <summary>Starts the peak anew at what is in use now.</summary>
    public static void ResetPeak() => MemoryPool.Cpu.ResetPeak();
}
