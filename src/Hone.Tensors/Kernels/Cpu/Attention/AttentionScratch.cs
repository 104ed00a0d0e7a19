using Hone.Tensors.Memory;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>One block of pooled memory for the tiles of one thread, handed out from front to back at 64-byte boundaries.</summary>
/// <remarks>Pooled because fresh pages cost more than attention over a short sequence.</remarks>
internal sealed unsafe class AttentionScratch : IDisposable
{
    private const int FloatsPerLine = 64 / sizeof(float);

    private readonly NativeBlock _block;
    private float* _next;

    /// <summary>Rents room for <paramref name="floats"/> elements in <paramref name="pieces"/> calls of <see cref="Take"/>; its content is arbitrary.</summary>
    public AttentionScratch(long floats, int pieces)
    {
        _block = MemoryPool.Cpu.Rent((floats + ((long)pieces * FloatsPerLine)) * sizeof(float));
        _next = (float*)_block.Address;
    }

    /// <summary>The next <paramref name="floats"/> elements.</summary>
    public float* Take(long floats)
    {
        float* piece = _next;
        _next += (floats + FloatsPerLine - 1) / FloatsPerLine * FloatsPerLine;
        return (byte*)_next <= _block.Address + _block.SizeBytes
            ? piece
            : throw new InvalidOperationException("The tiles of attention outgrew the memory planned for them.");
    }

    public void Dispose() => MemoryPool.Cpu.Return(_block);
}
