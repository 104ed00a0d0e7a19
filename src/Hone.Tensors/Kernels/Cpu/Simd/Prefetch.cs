using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Hone.Tensors.Kernels.Cpu.Simd;

/// <summary>Asks for memory before it is needed.</summary>
/// <remarks>
/// Kernels that pass over a row twice read from memory in the first pass and compute in the second; asking for the next row during the
/// second keeps memory busy. An address beyond the array is harmless: a prefetch never faults.
/// </remarks>
internal static unsafe class Prefetch
{
    /// <summary>Asks for the cache line at <paramref name="address"/>; nothing where the hardware has no such instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(float* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }
}
