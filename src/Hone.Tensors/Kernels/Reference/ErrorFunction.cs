using System.Numerics;

namespace Hone.Tensors.Kernels.Reference;

/// <summary>The error function to f64 accuracy, which .NET lacks; slow.</summary>
internal static class ErrorFunction
{
    /// <summary><c>erf x</c>, computed in f64: relative error below 1e-14.</summary>
    /// <remarks><c>erf x = 2/√π · e^(−x²) · Σ_n 2^n x^(2n+1) / (2n+1)!!</c>, whose terms all have one sign. Source: DLMF 7.6.2.</remarks>
    public static T Erf<T>(T x)
        where T : IFloatingPointIeee754<T>
    {
        double value = double.CreateTruncating(x);
        if (Math.Abs(value) > 6) // 1 − erf(6) = 2e-17
        {
            return T.CreateTruncating(Math.CopySign(1, value));
        }

        double term = value;
        double sum = value;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            term *= 2 * value * value / ((2 * n) + 1);
            sum += term;
        }

        return T.CreateTruncating(2 / Math.Sqrt(Math.PI) * Math.Exp(-value * value) * sum);
    }

    /// <summary>The standard normal distribution function <c>Φ(x)</c>.</summary>
    public static T NormalCdf<T>(T x)
        where T : IFloatingPointIeee754<T> =>
        T.CreateTruncating(0.5) * (T.One + Erf(x / T.Sqrt(T.One + T.One)));

    /// <summary>The standard normal density <c>φ(x)</c>.</summary>
    public static T NormalDensity<T>(T x)
        where T : IFloatingPointIeee754<T> =>
        T.Exp(-x * x / (T.One + T.One)) / T.Sqrt(T.Tau);
}
