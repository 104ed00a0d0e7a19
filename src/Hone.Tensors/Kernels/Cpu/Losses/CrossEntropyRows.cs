using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Reductions;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Losses;

/// <summary>The passes over rows of logits that both cross-entropy kernels are made of.</summary>
internal static unsafe class CrossEntropyRows
{
    private const long GrainElements = 8_192;

    /// <summary>The labelled rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A label lies outside [0, <paramref name="classes"/>).</exception>
    public static CrossEntropyRow[] Select(long* labels, float* tokenWeights, long tokens, int classes, long ignoreIndex)
    {
        var rows = new List<CrossEntropyRow>();
        for (long token = 0; token < tokens; token++)
        {
            long label = labels[token];
            if (label == ignoreIndex)
            {
                continue;
            }

            if ((ulong)label >= (ulong)classes)
            {
                ThrowOutside(nameof(labels), token, label, classes, ignoreIndex);
            }

            rows.Add(new CrossEntropyRow
            {
                Token = token,
                Label = (int)label,
                Weight = tokenWeights == null ? 1f : tokenWeights[token],
                Max = float.NegativeInfinity,
            });
        }

        return rows.ToArray();
    }

    /// <summary>Takes the classes [<paramref name="first"/>, first + <paramref name="classes"/>) into the rows' sums; soft-caps the logits in place.</summary>
    /// <param name="rows">State of the rows.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="logits">First logit of the slice in the first row.</param>
    /// <param name="stride">Elements between rows.</param>
    /// <param name="first">Class of the slice's first column.</param>
    /// <param name="classes">Columns of the slice.</param>
    /// <param name="settings">Parts of the loss.</param>
    public static void Collect(CrossEntropyRow* rows, long count, float* logits, long stride, int first, int classes, CrossEntropySettings settings) =>
        SimdParallel.For(count, Math.Max(1, GrainElements / classes), new CollectBody(rows, logits, stride, first, classes, settings));

    /// <summary>Turns a slice of logits into their gradient, <paramref name="logits"/> itself or elsewhere.</summary>
    /// <param name="rows">State of the rows, complete.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="logits">First (soft-capped) logit of the slice in the first row.</param>
    /// <param name="gradient">Where its gradient goes, with the same stride.</param>
    /// <param name="stride">Elements between rows.</param>
    /// <param name="first">Class of the slice's first column.</param>
    /// <param name="classes">Columns of the slice.</param>
    /// <param name="vocabulary">All classes.</param>
    /// <param name="settings">Parts of the loss.</param>
    /// <param name="scale">Multiplies the gradient.</param>
    public static void Differentiate(
        CrossEntropyRow* rows, long count, float* logits, float* gradient, long stride, int first, int classes, int vocabulary, CrossEntropySettings settings, float scale) =>
        SimdParallel.For(
            count, Math.Max(1, GrainElements / classes), new DifferentiateBody(rows, logits, gradient, stride, first, classes, vocabulary, settings, scale));

    /// <summary>Adds up the losses in row order.</summary>
    public static CrossEntropySums Total(ReadOnlySpan<CrossEntropyRow> rows, int vocabulary, CrossEntropySettings settings)
    {
        double loss = 0, likelihood = 0, weights = 0;
        foreach (ref readonly CrossEntropyRow row in rows)
        {
            double lse = row.LogSumExp;
            double nll = lse - row.LabelLogit;
            double cost = (1 - (double)settings.LabelSmoothing) * nll;
            if (settings.LabelSmoothing != 0)
            {
                cost += settings.LabelSmoothing * (lse - (row.LogitSum / vocabulary));
            }

            cost += settings.ZLoss * lse * lse;
            loss += row.Weight * cost;
            likelihood += row.Weight * nll;
            weights += row.Weight;
        }

        return new CrossEntropySums(loss, likelihood, weights, rows.Length);
    }

    [DoesNotReturn]
    private static void ThrowOutside(string name, long token, long label, int classes, long ignoreIndex) => throw new ArgumentOutOfRangeException(
        name, $"Label {label} of token {token} lies outside the {classes} classes; labels must be in [0, {classes}), or {ignoreIndex} where there is none.");

    private readonly struct CollectBody(CrossEntropyRow* rows, float* logits, long stride, int first, int classes, CrossEntropySettings settings) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long i = begin; i < end; i++)
            {
                float* slice = logits + (i * stride);
                if (settings.SoftCap != 0)
                {
                    Cap<V>(slice, settings.SoftCap, classes);
                }

                CrossEntropyRow* row = rows + i;
                float max = MathF.Max(row->Max, RowSums.MaxForShift<V>(slice, classes));

                // While all logits so far are −∞, nothing is summed yet and −∞ − −∞ must not enter.
                double before = float.IsNegativeInfinity(row->Max) ? 0 : row->ExponentialSum * Math.Exp((double)row->Max - max);
                row->ExponentialSum = float.IsNegativeInfinity(max) ? 0 : before + SumExp<V>(slice, max, classes);
                row->Max = max;
                if (settings.LabelSmoothing != 0)
                {
                    row->LogitSum += BlockSums.Serial<V>(BlockSums.Kind.Sum, slice, classes);
                }

                if ((uint)(row->Label - first) < (uint)classes)
                {
                    row->LabelLogit = slice[row->Label - first];
                }
            }
        }

        // f32 keeps the digits of short stretches; the stretches add up in f64.
        private static double SumExp<V>(float* slice, float max, nint count)
            where V : struct, ISimdVector<V>
        {
            const nint Stretch = 2_048;
            double sum = 0;
            for (nint at = 0; at < count; at += Stretch)
            {
                sum += RowSums.SumExp<V>(slice + at, max, nint.Min(Stretch, count - at));
            }

            return sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Cap<V>(float* slice, float cap, nint count)
            where V : struct, ISimdVector<V>
        {
            V limit = V.Splat(cap), inverse = V.Splat(1f / cap);
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V.Store(limit * SimdActivations.Tanh(V.Load(slice + i) * inverse), slice + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V.StorePartial(limit * SimdActivations.Tanh(V.LoadPartial(slice + i, rest) * inverse), slice + i, rest);
            }
        }
    }

    private readonly struct DifferentiateBody(
        CrossEntropyRow* rows, float* logits, float* gradient, long stride, int first, int classes, int vocabulary, CrossEntropySettings settings, float scale) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            float inverseCap = settings.SoftCap == 0 ? 0 : 1f / settings.SoftCap; // 0 leaves the slope 1 − (z/cap)² at 1
            for (long i = begin; i < end; i++)
            {
                float* slice = logits + (i * stride);
                float* target = gradient + (i * stride);
                CrossEntropyRow* row = rows + i;
                double lse = row->LogSumExp;
                double weight = (double)scale * row->Weight;
                float factor = (float)(weight * (1 + (2 * settings.ZLoss * lse)));
                float shift = (float)(-weight * settings.LabelSmoothing / vocabulary);
                Slice<V>(slice, target, (float)lse, factor, shift, inverseCap, classes);
                if ((uint)(row->Label - first) < (uint)classes)
                {
                    float capped = row->LabelLogit * inverseCap;
                    target[row->Label - first] -= (float)(weight * (1 - settings.LabelSmoothing)) * (1 - (capped * capped));
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Slice<V>(float* z, float* gradient, float lse, float factor, float shift, float inverseCap, nint count)
            where V : struct, ISimdVector<V>
        {
            V centre = V.Splat(lse), scale = V.Splat(factor), offset = V.Splat(shift), inverse = V.Splat(inverseCap), one = V.Splat(1f), minus = V.Splat(-1f);
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V x = V.Load(z + i), capped = x * inverse;
                V slope = V.MultiplyAdd(capped * minus, capped, one);
                V.Store(V.MultiplyAdd(SimdMath.ExpFlushed(x - centre), scale, offset) * slope, gradient + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V x = V.LoadPartial(z + i, rest), capped = x * inverse;
                V slope = V.MultiplyAdd(capped * minus, capped, one);
                V.StorePartial(V.MultiplyAdd(SimdMath.ExpFlushed(x - centre), scale, offset) * slope, gradient + i, rest);
            }
        }
    }
}
