using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Activations;

/// <summary>The vector forms of <see cref="GatedActivation"/>.</summary>
internal static class Gates
{
    /// <summary>SwiGLU's gate.</summary>
    internal readonly struct Silu : IGate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => SimdActivations.Silu(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V ApplyWithDerivative<V>(V x, out V derivative)
            where V : struct, ISimdVector<V>
        {
            V s = SimdActivations.Sigmoid(x);
            derivative = s * V.MultiplyAdd(x, V.Splat(1f) - s, V.Splat(1f));
            return x * s;
        }
    }

    /// <summary>GEGLU's gate.</summary>
    internal readonly struct Gelu : IGate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => SimdActivations.Gelu(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V ApplyWithDerivative<V>(V x, out V derivative)
            where V : struct, ISimdVector<V>
        {
            derivative = SimdActivations.GeluDerivative(x);
            return SimdActivations.Gelu(x);
        }
    }

    /// <summary>GEGLU's gate, tanh form.</summary>
    internal readonly struct GeluTanh : IGate
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => SimdActivations.GeluTanh(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V ApplyWithDerivative<V>(V x, out V derivative)
            where V : struct, ISimdVector<V>
        {
            derivative = SimdActivations.GeluTanhDerivative(x);
            return SimdActivations.GeluTanh(x);
        }
    }
}
