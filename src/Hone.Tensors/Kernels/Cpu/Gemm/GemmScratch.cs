using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>The calling thread's packing buffer: page-aligned, kept for the next product, freed after the thread is gone.</summary>
/// <remarks>
/// A thread holds at most one buffer, as large as the largest product it packed; the block sizes bound it (<see cref="GemmBlocking"/>).
/// Only one product at a time may use it, which holds because products never nest on a thread.
/// </remarks>
internal sealed unsafe class GemmScratch : SafeHandleZeroOrMinusOneIsInvalid
{
    // Page-aligned, and a page more than asked so that a vector read may run over the end of a panel.
    private const nuint Alignment = 4096;

    [ThreadStatic]
    private static GemmScratch? t_own;

    private readonly nuint _size;

    private GemmScratch(nuint size)
        : base(ownsHandle: true)
    {
        SetHandle((nint)NativeMemory.AlignedAlloc(size, Alignment));
        _size = size;
    }

    /// <summary>At least <paramref name="floats"/> floats, uninitialised, valid until the next call on the same thread.</summary>
    public static float* Get(nint floats)
    {
        nuint size = ((nuint)floats * sizeof(float) + (2 * Alignment) - 1) / Alignment * Alignment;
        GemmScratch? own = t_own;
        if (own is null || own._size < size)
        {
            t_own = null;
            own?.Dispose();
            t_own = own = new GemmScratch(size);
        }

        return (float*)own.handle;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
