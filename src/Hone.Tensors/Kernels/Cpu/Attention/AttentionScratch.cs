using System.Buffers;
using System.Runtime.InteropServices;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>One piece of pooled memory for the tiles of one thread, handed out from front to back at 64-byte boundaries.</summary>
/// <remarks>Pooled because fresh pages cost more than attention over a short sequence.</remarks>
internal sealed unsafe class AttentionScratch : IDisposable
{
    private const int Alignment = 64;
    private const int FloatsPerLine = Alignment / sizeof(float);

    private readonly float[] _memory;
    private readonly float* _end;
    private GCHandle _pin;
    private float* _next;

    /// <summary>Rents room for <paramref name="floats"/> elements in <paramref name="pieces"/> calls of <see cref="Take"/>; its content is arbitrary.</summary>
    public AttentionScratch(long floats, int pieces)
    {
        _memory = ArrayPool<float>.Shared.Rent(checked((int)(floats + ((pieces + 1L) * FloatsPerLine))));
        _pin = GCHandle.Alloc(_memory, GCHandleType.Pinned);
        nint start = _pin.AddrOfPinnedObject();
        _next = (float*)((start + Alignment - 1) & ~(nint)(Alignment - 1));
        _end = (float*)start + _memory.Length;
    }

    /// <summary>The next <paramref name="floats"/> elements.</summary>
    public float* Take(long floats)
    {
        float* piece = _next;
        _next += (floats + FloatsPerLine - 1) / FloatsPerLine * FloatsPerLine;
        return _next <= _end ? piece : throw new InvalidOperationException("The tiles of attention outgrew the memory planned for them.");
    }

    public void Dispose()
    {
        if (_pin.IsAllocated)
        {
            _pin.Free();
            ArrayPool<float>.Shared.Return(_memory);
        }
    }
}
