using System.Runtime.Intrinsics;

namespace Hone.Inference.Sampling;

/// <summary>Single passes over a row of scores.</summary>
internal static class ScoreScan
{
    private const int Lanes = 16;

    /// <summary>The lowest index of the highest score; NaN counts as lowest.</summary>
    /// <returns>−1 when no score is above −∞.</returns>
    public static int ArgMax(ReadOnlySpan<float> scores)
    {
        float max = Max(scores);
        return float.IsNegativeInfinity(max) ? -1 : scores.IndexOf(max);
    }

    /// <summary>The highest score that is a number; −∞ when there is none.</summary>
    public static float Max(ReadOnlySpan<float> scores)
    {
        Vector512<float> max = Vector512.Create(float.NegativeInfinity), second = max;
        int i = 0;
        for (; i <= scores.Length - (2 * Lanes); i += 2 * Lanes)
        {
            max = Vector512.MaxNumber(max, Vector512.Create(scores[i..]));
            second = Vector512.MaxNumber(second, Vector512.Create(scores[(i + Lanes)..]));
        }

        max = Vector512.MaxNumber(max, second);
        float result = float.NegativeInfinity;
        for (int lane = 0; lane < Lanes; lane++)
        {
            result = float.MaxNumber(result, max[lane]);
        }

        for (; i < scores.Length; i++)
        {
            result = float.MaxNumber(result, scores[i]);
        }

        return result;
    }

    /// <summary>Whether any score is NaN or +∞: a model that went wrong, not an impossible token.</summary>
    public static bool HasNonNumber(ReadOnlySpan<float> scores)
    {
        Vector512<float> limit = Vector512.Create(float.MaxValue), wrong = Vector512<float>.Zero;
        int i = 0;
        for (; i <= scores.Length - Lanes; i += Lanes)
        {
            wrong |= ~Vector512.LessThanOrEqual(Vector512.Create(scores[i..]), limit); // false for NaN and +∞
        }

        bool found = Vector512.AnyWhereAllBitsSet(wrong.AsInt32());
        for (; i < scores.Length; i++)
        {
            found |= !(scores[i] <= float.MaxValue);
        }

        return found;
    }

    /// <summary>Every score divided by <paramref name="divisor"/>, in place.</summary>
    public static void Divide(Span<float> scores, float divisor)
    {
        Vector512<float> by = Vector512.Create(divisor);
        int i = 0;
        for (; i <= scores.Length - Lanes; i += Lanes)
        {
            (Vector512.Create((ReadOnlySpan<float>)scores[i..]) / by).CopyTo(scores[i..]);
        }

        for (; i < scores.Length; i++)
        {
            scores[i] /= divisor;
        }
    }

    /// <summary><c>weights[i] = e^(scores[i] − max)</c>.</summary>
    /// <returns>The sum of the weights, in f64 and in a fixed order.</returns>
    public static double Exponentials(ReadOnlySpan<float> scores, float max, Span<float> weights)
    {
        Vector512<float> shift = Vector512.Create(max);
        Vector512<double> low = Vector512<double>.Zero, high = low;
        int i = 0;
        for (; i <= scores.Length - Lanes; i += Lanes)
        {
            Vector512<float> weight = Exp(Vector512.Create(scores[i..]) - shift);
            weight.CopyTo(weights[i..]);
            (Vector512<double> first, Vector512<double> last) = Vector512.Widen(weight);
            low += first;
            high += last;
        }

        double sum = Vector512.Sum(low + high);
        for (; i < scores.Length; i++)
        {
            weights[i] = Exp(Vector512.Create(scores[i] - max))[0];
            sum += weights[i];
        }

        return sum;
    }

    /// <summary>The logarithm of the sum of exponentials.</summary>
    public static double LogSumExp(ReadOnlySpan<float> scores, Span<float> weights)
    {
        float max = Max(scores);
        return float.IsNegativeInfinity(max) ? double.NegativeInfinity : max + Math.Log(Exponentials(scores, max, weights));
    }

    /// <summary>The <paramref name="k"/>-th highest score, counting ties; −∞ when there are not so many.</summary>
    /// <param name="scores">Any order; not changed.</param>
    /// <param name="k">At least 1.</param>
    /// <param name="buffer">At least <c>4k</c> long; overwritten.</param>
    public static float KthLargest(ReadOnlySpan<float> scores, int k, Span<float> buffer)
    {
        int count = 0;
        float threshold = float.NegativeInfinity;
        int i = 0;
        for (; i <= scores.Length - Lanes; i += Lanes)
        {
            Vector512<float> block = Vector512.Create(scores[i..]);
            if (Vector512.GreaterThanAny(block, Vector512.Create(threshold)))
            {
                for (int lane = 0; lane < Lanes; lane++)
                {
                    Offer(scores[i + lane], buffer);
                }
            }
        }

        for (; i < scores.Length; i++)
        {
            Offer(scores[i], buffer);
        }

        return count < k ? float.NegativeInfinity : Select(buffer[..count], k);

        void Offer(float score, Span<float> kept)
        {
            if (score > threshold)
            {
                kept[count++] = score;
                if (count == 4 * k)
                {
                    threshold = Select(kept[..count], k); // the k highest are now in front
                    count = k;
                }
            }
        }
    }

    /// <summary>Number of scores that <see cref="KthLargest"/> needs room for.</summary>
    public static int KthLargestBuffer(int k) => checked(4 * k);

    // Quickselect with the median of three: moves the k highest to the front and returns the lowest of them.
    private static float Select(Span<float> values, int k)
    {
        int low = 0, high = values.Length - 1;
        while (low < high)
        {
            float pivot = MedianOfThree(values[low], values[(low + high) >>> 1], values[high]);
            int left = low, right = high;
            while (left <= right)
            {
                while (values[left] > pivot)
                {
                    left++;
                }

                while (values[right] < pivot)
                {
                    right--;
                }

                if (left <= right)
                {
                    (values[left], values[right]) = (values[right], values[left]);
                    left++;
                    right--;
                }
            }

            if (k - 1 <= right)
            {
                high = right;
            }
            else if (k - 1 >= left)
            {
                low = left;
            }
            else
            {
                break;
            }
        }

        return values[k - 1];
    }

    // e^x for x up to 0, relative error below 2e-7: x = n·ln 2 + r, a polynomial for e^r, n added to the exponent. Own, and without fused operations, because
    // Vector512.Exp gives other bits before and after its caller is optimised, and a draw must not depend on that.
    // Source of the coefficients: Cephes, expf.c.
    private static Vector512<float> Exp(Vector512<float> x)
    {
        const float log2E = 1.44269504f, high = 0.693359375f, low = -2.12194440e-4f, lowest = -104f; // below half of the smallest subnormal
        Vector512<float> n = Vector512.Floor((x * log2E) + Vector512.Create(0.5f));
        Vector512<float> r = x - (n * high) - (n * low);
        Vector512<float> p = Vector512.Create(1.9875691500e-4f);
        p = (p * r) + Vector512.Create(1.3981999507e-3f);
        p = (p * r) + Vector512.Create(8.3334519073e-3f);
        p = (p * r) + Vector512.Create(4.1665795894e-2f);
        p = (p * r) + Vector512.Create(1.6666665459e-1f);
        p = (p * r) + Vector512.Create(5.0000001201e-1f);
        p = (p * r * r) + r + Vector512<float>.One;
        Vector512<float> normal = Vector512.Max(n, Vector512.Create(-126f)), below = Vector512.Max(n - normal, Vector512.Create(-126f)); // in two steps: the result may be subnormal
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(lowest)), Vector512<float>.Zero, p * PowerOfTwo(normal) * PowerOfTwo(below));
    }

    private static Vector512<float> PowerOfTwo(Vector512<float> exponent) => ((Vector512.ConvertToInt32(exponent) + Vector512.Create(127)) << 23).AsSingle();

    private static float MedianOfThree(float a, float b, float c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
