using System.Numerics;
using System.Runtime.InteropServices;

namespace Hone.Tensors.Memory;

/// <summary>Keeps freed tensor memory for the next tensor of about the same size, and counts what is in use.</summary>
/// <remarks>
/// Sizes are rounded up to one of eight classes per power of two, so at most an eighth is wasted. What is kept is bounded by
/// <see cref="CacheLimitBytes"/>; beyond it memory goes back to the operating system at once.
/// </remarks>
internal sealed class MemoryPool
{
    private const int ClassesPerOctave = 8;
    private const int SmallestBytes = 64;
    private const bool IsDebugBuild =
#if DEBUG
        true;
#else
        false;
#endif

    [ThreadStatic]
    private static long t_liveBytes;

    private readonly Stack<NativeBlock>[] _free = new Stack<NativeBlock>[64 * ClassesPerOctave];
    private readonly Lock _gate = new();
    private long _liveBytes;
    private long _peakBytes;
    private long _cachedBytes;

    /// <summary>The pool of the host processor's memory.</summary>
    public static MemoryPool Cpu { get; } = new();

    /// <summary>Bytes that this thread took from pools minus bytes that it returned; what leak tests watch.</summary>
    public static long LiveBytesOfThisThread => t_liveBytes;

    /// <summary>Most bytes kept for reuse; a quarter of the machine's memory unless set.</summary>
    public long CacheLimitBytes { get; set; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>Overwrites freed memory with NaN so that a use after free cannot pass unnoticed; on in debug builds.</summary>
    public bool PoisonFreed { get; set; } = IsDebugBuild;

    /// <summary>Bytes in use by tensors, those kept for reuse, and the most ever in use since <see cref="ResetPeak"/>.</summary>
    public (long LiveBytes, long CachedBytes, long PeakBytes) Usage
    {
        get
        {
            lock (_gate)
            {
                return (_liveBytes, _cachedBytes, _peakBytes);
            }
        }
    }

    /// <summary>Takes a block of at least <paramref name="sizeBytes"/> bytes with undefined content.</summary>
    public NativeBlock Rent(long sizeBytes)
    {
        (int index, long rounded) = SizeClass(sizeBytes);
        t_liveBytes += rounded;
        lock (_gate)
        {
            _liveBytes += rounded;
            _peakBytes = Math.Max(_peakBytes, _liveBytes);
            if (_free[index] is { Count: > 0 } stack)
            {
                _cachedBytes -= rounded;
                return stack.Pop();
            }
        }

        try
        {
            return new NativeBlock(this, rounded);
        }
        catch (OutOfMemoryException)
        {
            Trim();
            return new NativeBlock(this, rounded);
        }
    }

    /// <summary>Takes a block back.</summary>
    public unsafe void Return(NativeBlock block)
    {
        if (PoisonFreed)
        {
            NativeMemory.Fill(block.Address, (nuint)block.SizeBytes, 0xff);
        }

        (int index, _) = SizeClass(block.SizeBytes);
        t_liveBytes -= block.SizeBytes;
        lock (_gate)
        {
            _liveBytes -= block.SizeBytes;
            if (_cachedBytes + block.SizeBytes <= CacheLimitBytes)
            {
                _cachedBytes += block.SizeBytes;
                (_free[index] ??= new Stack<NativeBlock>()).Push(block);
                return;
            }
        }

        block.Free();
    }

    /// <summary>Stops counting a block that the garbage collector found unused.</summary>
    public void Forget(NativeBlock block)
    {
        lock (_gate)
        {
            _liveBytes -= block.SizeBytes;
        }
    }

    /// <summary>Gives everything kept for reuse back to the operating system.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            foreach (Stack<NativeBlock>? stack in _free)
            {
                while (stack is { Count: > 0 })
                {
                    stack.Pop().Free();
                }
            }

            _cachedBytes = 0;
        }
    }

    /// <summary>Starts the peak anew at what is in use now.</summary>
    public void ResetPeak()
    {
        lock (_gate)
        {
            _peakBytes = _liveBytes;
        }
    }

    private static (int Index, long Rounded) SizeClass(long sizeBytes)
    {
        long size = Math.Max(sizeBytes, SmallestBytes);
        int octave = 63 - BitOperations.LeadingZeroCount((ulong)(size - 1 | 1)); // size in (2^octave, 2^(octave+1)]
        long step = Math.Max(1L << octave >> 3, SmallestBytes);
        long rounded = (size + step - 1) / step * step;
        int within = (int)((rounded - (1L << octave)) / Math.Max(1L << octave >> 3, 1));
        return (octave * ClassesPerOctave + within, rounded);
    }
}
