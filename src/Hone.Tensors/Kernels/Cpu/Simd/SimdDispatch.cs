using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Tensors.Kernels.Cpu.Simd;

/// <summary>Chooses the vector width of the CPU kernels, once at start-up.</summary>
/// <remarks>
/// The runtime's own switches (<c>DOTNET_EnableAVX512=0</c>, <c>DOTNET_EnableAVX2=0</c>) lower the choice for a whole process;
/// <see cref="Use"/> changes it on the calling thread, which is how one machine tests all three forms: wider vectors than the
/// hardware has are carried out by the runtime in halves, slowly but with the same results.
/// </remarks>
internal static class SimdDispatch
{
    [ThreadStatic]
    private static SimdLevel? t_override;

    /// <summary>The widest form that this machine runs at full speed.</summary>
    public static SimdLevel Best { get; } =
        Vector512.IsHardwareAccelerated ? SimdLevel.Vector512
        : Vector256.IsHardwareAccelerated && Fma.IsSupported ? SimdLevel.Vector256
        : SimdLevel.Vector128;

    /// <summary>The form that a kernel started from this thread takes.</summary>
    public static SimdLevel Current => t_override ?? Best;

    /// <summary>Makes kernels started from this thread take <paramref name="level"/> until the result is disposed.</summary>
    public static Restore Use(SimdLevel level)
    {
        var restore = new Restore(t_override);
        t_override = level;
        return restore;
    }

    /// <summary>Puts the previous choice back when disposed.</summary>
    internal readonly struct Restore(SimdLevel? previous) : IDisposable
    {
        public void Dispose() => t_override = previous;
    }
}
