using System.Numerics;

namespace Hone.Tensors.Kernels.Reference;

/// <summary>Softmax and log-softmax as their formulas say, for any float type; the oracle of <see cref="ISoftmaxKernel"/>.</summary>
internal static class SoftmaxReference
{
    /// <summary>Probabilities, or their logarithms, of rows of <paramref name="columns"/> elements.</summary>
    public static void Forward<T>(bool isLog, ReadOnlySpan<T> x, Span<T> y, int columns)
        where T : IFloatingPointIeee754<T>
    {
        for (int at = 0; at < x.Length; at += columns)
        {
            ReadOnlySpan<T> row = x.Slice(at, columns);
            T max = T.NegativeInfinity;
            foreach (T value in row)
            {
                max = T.Max(max, value);
            }

            T sum = T.Zero;
            foreach (T value in row)
            {
                sum += T.Exp(value - max);
            }

            for (int c = 0; c < columns; c++)
            {
                y[at + c] = isLog ? row[c] - max - T.Log(sum) : T.Exp(row[c] - max) / sum;
            }
        }
    }

    /// <summary><c>dx = y·(dy − Σ dy·y)</c>, or <c>dy − e^y·Σ dy</c> for the logarithms.</summary>
    public static void Backward<T>(bool isLog, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int columns)
        where T : IFloatingPointIeee754<T>
    {
        for (int at = 0; at < y.Length; at += columns)
        {
            T sum = T.Zero;
            for (int i = at; i < at + columns; i++)
            {
                sum += isLog ? dy[i] : dy[i] * y[i];
            }

            for (int i = at; i < at + columns; i++)
            {
                dx[i] = isLog ? dy[i] - (T.Exp(y[i]) * sum) : y[i] * (dy[i] - sum);
            }
        }
    }
}
