using System.ComponentModel;
using System.Numerics;

namespace Hone.Tensors.Kernels.Reference;

/// <summary>Activation functions and their derivatives as their formulas say, for any float type.</summary>
internal static class ActivationReference
{
    /// <summary><c>f(gate)·up</c>, element by element.</summary>
    public static void GatedForward<T>(GatedActivation activation, ReadOnlySpan<T> gate, ReadOnlySpan<T> up, Span<T> y)
        where T : IFloatingPointIeee754<T>
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = Gate(activation, gate[i]).Value * up[i];
        }
    }

    /// <summary><c>dGate = dy·up·f′(gate)</c>, <c>dUp = dy·f(gate)</c>.</summary>
    public static void GatedBackward<T>(
        GatedActivation activation, ReadOnlySpan<T> gate, ReadOnlySpan<T> up, ReadOnlySpan<T> dy, Span<T> dGate, Span<T> dUp)
        where T : IFloatingPointIeee754<T>
    {
        for (int i = 0; i < dy.Length; i++)
        {
            (T value, T derivative) = Gate(activation, gate[i]);
            dGate[i] = dy[i] * up[i] * derivative;
            dUp[i] = dy[i] * value;
        }
    }

    /// <summary><c>x·sigmoid(x)</c> and its derivative.</summary>
    public static (T Value, T Derivative) Silu<T>(T x)
        where T : IFloatingPointIeee754<T>
    {
        T s = T.One / (T.One + T.Exp(-x));
        return (x * s, s * (T.One + (x * (T.One - s))));
    }

    /// <summary><c>x·Φ(x)</c> and its derivative.</summary>
    public static (T Value, T Derivative) Gelu<T>(T x)
        where T : IFloatingPointIeee754<T>
    {
        T cdf = ErrorFunction.NormalCdf(x);
        return (x * cdf, cdf + (x * ErrorFunction.NormalDensity(x)));
    }

    /// <summary><c>x/2·(1 + tanh(√(2/π)(x + 0.044715x³)))</c> and its derivative.</summary>
    public static (T Value, T Derivative) GeluTanh<T>(T x)
        where T : IFloatingPointIeee754<T>
    {
        T half = T.CreateTruncating(0.5);
        T scale = T.Sqrt(T.CreateTruncating(2) / T.Pi);
        T cubic = T.CreateTruncating(0.044715);
        T t = T.Tanh(scale * (x + (cubic * x * x * x)));
        T slope = scale * (T.One + (T.CreateTruncating(3) * cubic * x * x));
        return (half * x * (T.One + t), (half * (T.One + t)) + (half * x * (T.One - (t * t)) * slope));
    }

    private static (T Value, T Derivative) Gate<T>(GatedActivation activation, T x)
        where T : IFloatingPointIeee754<T> => activation switch
        {
            GatedActivation.SwiGlu => Silu(x),
            GatedActivation.GeGlu => Gelu(x),
            GatedActivation.GeGluTanh => GeluTanh(x),
            _ => throw new InvalidEnumArgumentException(nameof(activation), (int)activation, typeof(GatedActivation)),
        };
}
