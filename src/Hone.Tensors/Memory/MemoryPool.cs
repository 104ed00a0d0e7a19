using System.Numerics;
using System.Runtime.InteropServices;

namespace Hone.Tensors.Memory;

/// <summary>Keeps freed tensor memory for the next tensor of about the same size, and counts what is in use.</summary>
/// <remarks>
/// Sizes are rounded up to one of eight classes per power of two, so at most an eighth is wasted; a block of one of the next
/// two classes will do as well. What is kept is bounded by <see cref="CacheLimitBytes"/>, and together with what is in use by an eighth more than was
/// ever in use: batches of ever new lengths would else leave blocks of ever new sizes behind.
/// </remarks>
internal sealed class MemoryPool
{
    private const int ClassesPerOctave = 8;
    private const int ClassesAbove = 2; // a quarter more at most
    private const long SlackBytes = 64 << 20; // kept in any case: freeing small blocks gains nothing
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
            if (Find(index) is { } kept)
            {
                _liveBytes += kept.SizeBytes - rounded;
                t_liveBytes += kept.SizeBytes - rounded;
                _cachedBytes -= kept.SizeBytes;
                return kept;
            }

            FreeBeyond(_peakBytes + (_peakBytes / 8) + SlackBytes - _liveBytes);
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

    /// <summary>A kept block of a class or of one just above it.</summary>
    private NativeBlock? Find(int index)
    {
        for (int i = index; i <= Math.Min(index + ClassesAbove, _free.Length - 1); i++)
        {
            if (_free[i] is { Count: > 0 } stack)
            {
                return stack.Pop();
            }
        }

        return null;
    }

    /// <summary>Frees kept blocks, large ones first, until no more than <paramref name="bytes"/> bytes are kept.</summary>
    private void FreeBeyond(long bytes)
    {
        for (int i = _free.Length - 1; i >= 0 && _cachedBytes > bytes; i--)
        {
            while (_free[i] is { Count: > 0 } stack && _cachedBytes > bytes)
            {
                NativeBlock block = stack.Pop();
                _cachedBytes -= block.SizeBytes;
                block.Free();
            }
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
