using System.Runtime.ConstrainedExecution;
using System.Runtime.InteropServices;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>The calling thread's packing buffer: 64-byte aligned, kept for the next product, freed when the thread is gone.</summary>
/// <remarks>
/// A thread holds at most one buffer, as large as the largest product it packed; block sizes bound it to
/// <see cref="GemmBlocking.MaxScratchBytes"/>. Only one product at a time may use it, which holds because products never nest on a thread.
/// </remarks>
internal sealed unsafe class GemmScratch : CriticalFinalizerObject
{
    // A page more than asked, so that a vector read may run over the end of a panel.
    private const nuint Alignment = 4096;

    [ThreadStatic]
    private static GemmScratch? t_own;

    private byte* _memory;
    private nuint _size;

    ~GemmScratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>At least <paramref name="floats"/> floats, uninitialised, valid until the next call on the same thread.</summary>
    public static float* Get(nint floats)
    {
        GemmScratch own = t_own ??= new GemmScratch();
        nuint size = (nuint)floats * sizeof(float) + Alignment;
        return (float*)(size <= own._size ? own._memory : own.Grow(size));
    }

    private byte* Grow(nuint size)
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _size = 0;
        size = (size + Alignment - 1) / Alignment * Alignment;
        _memory = (byte*)NativeMemory.AlignedAlloc(size, Alignment);
        _size = size;
        return _memory;
    }
}
