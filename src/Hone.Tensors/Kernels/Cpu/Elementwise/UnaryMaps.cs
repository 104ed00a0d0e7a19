using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Elementwise;

/// <summary>The vector forms of <see cref="UnaryFunction"/>, one type each so that every map compiles to its own loop.</summary>
internal static class UnaryMaps
{
    private const float TwoOverSqrtPi = 1.1283791670955126f;

    /// <summary><c>−x</c>.</summary>
    internal readonly struct Negate : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => x * V.Splat(-1f);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V> => V.Splat(-1f);
    }

    /// <summary><c>|x|</c>.</summary>
    internal readonly struct Abs : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => V.Abs(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V> => V.Select(V.LessThan(x, V.Zero), V.Splat(-1f), V.Select(V.LessThan(V.Zero, x), V.Splat(1f), V.Zero));
    }

    /// <summary><c>x²</c>.</summary>
    internal readonly struct Square : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => x * x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V> => x + x;
    }

    /// <summary><c>1/x</c>.</summary>
    internal readonly struct Reciprocal : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => V.Splat(1f) / x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V> => V.Splat(-1f) / (x * x);
    }

    /// <summary><c>√x</c>.</summary>
    internal readonly struct Sqrt : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => V.Sqrt(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V> => V.Splat(0.5f) / V.Sqrt(x);
    }

    /// <summary><c>1/√x</c>.</summary>
    internal readonly struct Rsqrt : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => V.Splat(1f) / V.Sqrt(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V> => V.Splat(-0.5f) / (x * V.Sqrt(x));
    }

    /// <summary><c>e^x</c>.</summary>
    internal readonly struct Exp : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => SimdMath.Exp(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V> => SimdMath.Exp(x);
    }

    /// <summary><c>ln x</c>.</summary>
    internal readonly struct Log : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => SimdActivations.Log(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V> => V.Splat(1f) / x;
    }

    /// <summary><c>tanh x</c>.</summary>
    internal readonly struct Tanh : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => SimdActivations.Tanh(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V>
        {
            V y = SimdActivations.Tanh(x);
            return V.Splat(1f) - (y * y);
        }
    }

    /// <summary><c>1/(1 + e^−x)</c>.</summary>
    internal readonly struct Sigmoid : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => SimdActivations.Sigmoid(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V>
        {
            V y = SimdActivations.Sigmoid(x);
            return y * (V.Splat(1f) - y);
        }
    }

    /// <summary><c>x·sigmoid(x)</c>.</summary>
    internal readonly struct Silu : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => SimdActivations.Silu(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V> => SimdActivations.SiluDerivative(x);
    }

    /// <summary><c>x·Φ(x)</c>.</summary>
    internal readonly struct Gelu : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => SimdActivations.Gelu(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V> => SimdActivations.GeluDerivative(x);
    }

    /// <summary><c>GELU's tanh form</c>.</summary>
    internal readonly struct GeluTanh : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => SimdActivations.GeluTanh(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V> => SimdActivations.GeluTanhDerivative(x);
    }

    /// <summary><c>max(x, 0)</c>.</summary>
    internal readonly struct Relu : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => V.Max(x, V.Zero);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V> => V.Select(V.LessThan(V.Zero, x), V.Splat(1f), V.Zero);
    }

    /// <summary><c>ln(1 + e^x)</c>.</summary>
    internal readonly struct Softplus : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => SimdActivations.Softplus(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V> => SimdActivations.Sigmoid(x);
    }

    /// <summary><c>erf x</c>.</summary>
    internal readonly struct Erf : IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : struct, ISimdVector<V> => SimdActivations.Erf(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Derivative<V>(V x)
            where V : struct, ISimdVector<V> => SimdMath.ExpFlushed(x * x * V.Splat(-1f)) * V.Splat(TwoOverSqrtPi);
    }
}
