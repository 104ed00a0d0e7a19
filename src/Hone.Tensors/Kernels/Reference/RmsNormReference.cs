using System.Numerics;

namespace Hone.Tensors.Kernels.Reference;

/// <summary>RMS norm as its formula says, for any float type; the oracle of <see cref="IRmsNormKernel"/>.</summary>
internal static class RmsNormReference
{
    /// <summary><c>y = h·r·(weight + offset)</c> with <c>h = x + residual</c> and <c>r = 1/√(mean(h²) + eps)</c>.</summary>
    /// <param name="x"><c>[rows, columns]</c>.</param>
    /// <param name="residual">As <paramref name="x"/>, or empty.</param>
    /// <param name="weight"><c>[columns]</c>, or empty for ones without an offset.</param>
    /// <param name="weightOffset">Added to each weight.</param>
    /// <param name="eps">Added to the mean square.</param>
    /// <param name="h">Receives <c>x + residual</c>.</param>
    /// <param name="y">Receives the result.</param>
    /// <param name="rstd">Receives <c>r</c>; its length is the number of rows.</param>
    public static void Forward<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> residual, ReadOnlySpan<T> weight, T weightOffset, T eps, Span<T> h, Span<T> y, Span<T> rstd)
        where T : IFloatingPointIeee754<T>
    {
        int columns = rstd.IsEmpty ? 0 : x.Length / rstd.Length;
        for (int row = 0; row < rstd.Length; row++)
        {
            T squares = T.Zero;
            for (int at = row * columns; at < (row + 1) * columns; at++)
            {
                h[at] = residual.IsEmpty ? x[at] : x[at] + residual[at];
                squares += h[at] * h[at];
            }

            T r = T.One / T.Sqrt((squares / T.CreateTruncating(columns)) + eps);
            rstd[row] = r;
            for (int c = 0; c < columns; c++)
            {
                y[(row * columns) + c] = h[(row * columns) + c] * r * Scale(weight, weightOffset, c);
            }
        }
    }

    /// <summary><c>dh = r·(g − ĥ·mean(g·ĥ))</c> with <c>g = dy·(weight + offset)</c>, <c>ĥ = h·r</c>; <c>dWeight = Σ_rows dy·ĥ</c>.</summary>
    public static void Backward<T>(
        ReadOnlySpan<T> dy, ReadOnlySpan<T> h, ReadOnlySpan<T> weight, T weightOffset, ReadOnlySpan<T> rstd, Span<T> dh, Span<T> dWeight)
        where T : IFloatingPointIeee754<T>
    {
        dWeight.Clear();
        int columns = rstd.IsEmpty ? 0 : h.Length / rstd.Length;
        for (int row = 0; row < rstd.Length; row++)
        {
            T r = rstd[row];
            T dot = T.Zero;
            for (int c = 0; c < columns; c++)
            {
                int at = (row * columns) + c;
                dot += dy[at] * Scale(weight, weightOffset, c) * h[at] * r;
                if (!dWeight.IsEmpty)
                {
                    dWeight[c] += dy[at] * h[at] * r;
                }
            }

            for (int c = 0; c < columns; c++)
            {
                int at = (row * columns) + c;
                dh[at] = r * ((dy[at] * Scale(weight, weightOffset, c)) - (h[at] * r * dot / T.CreateTruncating(columns)));
            }
        }
    }

    private static T Scale<T>(ReadOnlySpan<T> weight, T offset, int column)
        where T : IFloatingPointIeee754<T> => weight.IsEmpty ? T.One : weight[column] + offset;
}
