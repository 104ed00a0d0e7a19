using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Reductions;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Norms;

/// <summary>Layer norm on the CPU: each row is read once from memory, then from the L1 cache; the variance is that of the centred values.</summary>
/// <remarks>
/// With <c>x̂ = (x − mean)·r</c> and <c>g = dy·weight</c>: <c>dx = r·(g − mean(g) − x̂·mean(g·x̂))</c>, <c>dweight = Σ_rows dy·x̂</c>, <c>dbias = Σ_rows dy</c>.
/// </remarks>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class LayerNormCpu : ILayerNormKernel
{
    private const long GrainElements = 16_384;

    /// <inheritdoc/>
    public void Forward(float* x, float* weight, float* bias, float eps, float* y, float* mean, float* rstd, long rows, long columns) =>
        SimdParallel.For(rows, Math.Max(1, GrainElements / Math.Max(1, columns)), new ForwardBody(x, weight, bias, eps, y, mean, rstd, columns));

    /// <inheritdoc/>
    public void Backward(
        float* dy, float* x, float* weight, float* mean, float* rstd, float* dx, float* dWeight, float* dBias, long rows, long columns)
    {
        var chunks = new FixedChunks(rows);
        long partialSize = chunks.Count * columns;
        using var partials = new KernelScratch((dWeight == null ? 0 : partialSize) + (dBias == null ? 0 : partialSize));
        float* weightPartials = dWeight == null ? null : partials.Floats;
        float* biasPartials = dBias == null ? null : partials.Floats + (dWeight == null ? 0 : partialSize);
        SimdParallel.For(chunks.Count, 1, new BackwardBody(dy, x, weight, mean, rstd, dx, weightPartials, biasPartials, chunks, columns));
        if (dWeight != null)
        {
            PartialRows.Combine(weightPartials, chunks.Count, columns, dWeight);
        }

        if (dBias != null)
        {
            PartialRows.Combine(biasPartials, chunks.Count, columns, dBias);
        }
    }

    private readonly struct ForwardBody(float* x, float* weight, float* bias, float eps, float* y, float* mean, float* rstd, long columns) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long row = begin; row < end; row++)
            {
                float* from = x + (row * columns);
                float m = RowSums.Sum<V>(from, (nint)columns) / columns;
                float variance = CentredSquares<V>(from, m, (nint)columns) / columns;
                float r = 1f / MathF.Sqrt(variance + eps);
                if (mean != null)
                {
                    mean[row] = m;
                }

                if (rstd != null)
                {
                    rstd[row] = r;
                }

                NormaliseRow<V>(from, m, r, weight, bias, y + (row * columns), (nint)columns);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float CentredSquares<V>(float* x, float mean, nint count)
            where V : struct, ISimdVector<V>
        {
            V centre = V.Splat(mean), sum0 = V.Zero, sum1 = V.Zero, sum2 = V.Zero, sum3 = V.Zero;
            nint i = 0;
            for (; i <= count - (4 * V.Count); i += 4 * V.Count)
            {
                V x0 = V.Load(x + i) - centre, x1 = V.Load(x + i + V.Count) - centre;
                V x2 = V.Load(x + i + (2 * V.Count)) - centre, x3 = V.Load(x + i + (3 * V.Count)) - centre;
                sum0 = V.MultiplyAdd(x0, x0, sum0);
                sum1 = V.MultiplyAdd(x1, x1, sum1);
                sum2 = V.MultiplyAdd(x2, x2, sum2);
                sum3 = V.MultiplyAdd(x3, x3, sum3);
            }

            for (; i <= count - V.Count; i += V.Count)
            {
                V x0 = V.Load(x + i) - centre;
                sum0 = V.MultiplyAdd(x0, x0, sum0);
            }

            float sum = V.Sum((sum0 + sum1) + (sum2 + sum3));
            for (; i < count; i++) // lanes beyond the row would be −mean, not zero
            {
                sum += (x[i] - mean) * (x[i] - mean);
            }

            return sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void NormaliseRow<V>(float* x, float mean, float r, float* weight, float* bias, float* y, nint count)
            where V : struct, ISimdVector<V>
        {
            V centre = V.Splat(mean), scale = V.Splat(r), one = V.Splat(1f);
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                Prefetch.Line(x + count + i); // the next row
                V w = weight == null ? one : V.Load(weight + i);
                V b = bias == null ? V.Zero : V.Load(bias + i);
                V.Store(V.MultiplyAdd((V.Load(x + i) - centre) * scale, w, b), y + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V w = weight == null ? one : V.LoadPartial(weight + i, rest);
                V b = bias == null ? V.Zero : V.LoadPartial(bias + i, rest);
                V.StorePartial(V.MultiplyAdd((V.LoadPartial(x + i, rest) - centre) * scale, w, b), y + i, rest);
            }
        }
    }

    private readonly struct BackwardBody(
        float* dy, float* x, float* weight, float* mean, float* rstd, float* dx, float* weightPartials, float* biasPartials, FixedChunks chunks, long columns)
        : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long chunk = begin; chunk < end; chunk++)
            {
                float* weightPartial = weightPartials == null ? null : weightPartials + (chunk * columns);
                float* biasPartial = biasPartials == null ? null : biasPartials + (chunk * columns);
                if (weightPartial != null)
                {
                    new Span<float>(weightPartial, checked((int)columns)).Clear();
                }

                if (biasPartial != null)
                {
                    new Span<float>(biasPartial, checked((int)columns)).Clear();
                }

                (long first, long last) = chunks.Rows(chunk);
                for (long row = first; row < last; row++)
                {
                    long at = row * columns;
                    (float sum, float dot) = Sums<V>(dy + at, x + at, weight, mean[row], rstd[row], weightPartial, biasPartial, (nint)columns);
                    if (dx != null)
                    {
                        InputGradient<V>(dy + at, x + at, weight, mean[row], rstd[row], sum / columns, dot / columns, dx + at, (nint)columns);
                    }
                }
            }
        }

        // Σ g and Σ g·x̂ of the row; adds dy·x̂ and dy to the partial rows on the way.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static (float Sum, float Dot) Sums<V>(
            float* dy, float* x, float* weight, float mean, float r, float* weightPartial, float* biasPartial, nint count)
            where V : struct, ISimdVector<V>
        {
            V centre = V.Splat(mean), scale = V.Splat(r), one = V.Splat(1f), sum = V.Zero, dot = V.Zero;
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V d = V.Load(dy + i);
                V g = weight == null ? d * one : d * V.Load(weight + i);
                V normal = (V.Load(x + i) - centre) * scale;
                sum += g;
                dot = V.MultiplyAdd(g, normal, dot);
                if (weightPartial != null)
                {
                    V.Store(V.MultiplyAdd(d, normal, V.Load(weightPartial + i)), weightPartial + i);
                }

                if (biasPartial != null)
                {
                    V.Store(d + V.Load(biasPartial + i), biasPartial + i);
                }
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V d = V.LoadPartial(dy + i, rest); // zero beyond the row, and so are its products
                V g = weight == null ? d * one : d * V.LoadPartial(weight + i, rest);
                V normal = (V.LoadPartial(x + i, rest) - centre) * scale;
                sum += g;
                dot = V.MultiplyAdd(g, normal, dot);
                if (weightPartial != null)
                {
                    V.StorePartial(V.MultiplyAdd(d, normal, V.LoadPartial(weightPartial + i, rest)), weightPartial + i, rest);
                }

                if (biasPartial != null)
                {
                    V.StorePartial(d + V.LoadPartial(biasPartial + i, rest), biasPartial + i, rest);
                }
            }

            return (V.Sum(sum), V.Sum(dot));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void InputGradient<V>(
            float* dy, float* x, float* weight, float mean, float r, float meanGradient, float meanProjection, float* dx, nint count)
            where V : struct, ISimdVector<V>
        {
            V centre = V.Splat(mean), scale = V.Splat(r), one = V.Splat(1f), shift = V.Splat(meanGradient), factor = V.Splat(-meanProjection);
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                Prefetch.Line(dy + count + i); // the next row
                Prefetch.Line(x + count + i);
                V g = V.Load(dy + i) * (weight == null ? one : V.Load(weight + i));
                V normal = (V.Load(x + i) - centre) * scale;
                V.Store(V.MultiplyAdd(normal, factor, g - shift) * scale, dx + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V g = V.LoadPartial(dy + i, rest) * (weight == null ? one : V.LoadPartial(weight + i, rest));
                V normal = (V.LoadPartial(x + i, rest) - centre) * scale;
                V.StorePartial(V.MultiplyAdd(normal, factor, g - shift) * scale, dx + i, rest);
            }
        }
    }
}
