using System.Numerics;

namespace Hone.Tensors.Kernels.Reference;

/// <summary>Layer norm as its formula says, for any float type; the oracle of <see cref="ILayerNormKernel"/>.</summary>
internal static class LayerNormReference
{
    /// <summary><c>y = (x − mean)·r·weight + bias</c>; weight and bias may be empty; the length of <paramref name="rstd"/> is the number of rows.</summary>
    public static void Forward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, T eps, Span<T> y, Span<T> mean, Span<T> rstd)
        where T : IFloatingPointIeee754<T>
    {
        int columns = rstd.IsEmpty ? 0 : x.Length / rstd.Length;
        T n = T.CreateTruncating(columns);
        for (int row = 0; row < rstd.Length; row++)
        {
            ReadOnlySpan<T> values = x.Slice(row * columns, columns);
            T sum = T.Zero;
            foreach (T value in values)
            {
                sum += value;
            }

            T m = sum / n;
            T squares = T.Zero;
            foreach (T value in values)
            {
                squares += (value - m) * (value - m);
            }

            T r = T.One / T.Sqrt((squares / n) + eps);
            mean[row] = m;
            rstd[row] = r;
            for (int c = 0; c < columns; c++)
            {
                T scaled = (values[c] - m) * r * (weight.IsEmpty ? T.One : weight[c]);
                y[(row * columns) + c] = bias.IsEmpty ? scaled : scaled + bias[c];
            }
        }
    }

    /// <summary><c>dx = r·(g − mean(g) − x̂·mean(g·x̂))</c> with <c>g = dy·weight</c>; <c>dWeight = Σ dy·x̂</c>, <c>dBias = Σ dy</c>, each possibly empty.</summary>
    public static void Backward<T>(
        ReadOnlySpan<T> dy, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> mean, ReadOnlySpan<T> rstd, Span<T> dx, Span<T> dWeight, Span<T> dBias)
        where T : IFloatingPointIeee754<T>
    {
        dWeight.Clear();
        dBias.Clear();
        int columns = rstd.IsEmpty ? 0 : x.Length / rstd.Length;
        T n = T.CreateTruncating(columns);
        for (int row = 0; row < rstd.Length; row++)
        {
            T sum = T.Zero;
            T dot = T.Zero;
            for (int c = 0; c < columns; c++)
            {
                int at = (row * columns) + c;
                T normal = (x[at] - mean[row]) * rstd[row];
                T g = weight.IsEmpty ? dy[at] : dy[at] * weight[c];
                sum += g;
                dot += g * normal;
                if (!dWeight.IsEmpty)
                {
                    dWeight[c] += dy[at] * normal;
                }

                if (!dBias.IsEmpty)
                {
                    dBias[c] += dy[at];
                }
            }

            for (int c = 0; c < columns; c++)
            {
                int at = (row * columns) + c;
                T normal = (x[at] - mean[row]) * rstd[row];
                T g = weight.IsEmpty ? dy[at] : dy[at] * weight[c];
                dx[at] = rstd[row] * (g - (sum / n) - (normal * dot / n));
            }
        }
    }
}
