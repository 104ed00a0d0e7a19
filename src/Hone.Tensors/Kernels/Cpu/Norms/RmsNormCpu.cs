using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Reductions;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Norms;

/// <summary>RMS norm on the CPU: each row is read once from memory and again from the L1 cache.</summary>
/// <remarks>
/// With <c>ĥ = h·r</c> and <c>g = dy·(weight + offset)</c>: <c>dh = r·(g − ĥ·mean(g·ĥ))</c>, <c>dweight = Σ_rows dy·ĥ</c>.
/// </remarks>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class RmsNormCpu : IRmsNormKernel
{
    private const long GrainElements = 16_384;

    /// <inheritdoc/>
    public void Forward(
        float* x, float* residual, float* weight, float weightOffset, float eps, float* sum, float* y, float* rstd, long rows, long columns) =>
        SimdParallel.For(
            rows, Math.Max(1, GrainElements / Math.Max(1, columns)), new ForwardBody(x, residual, weight, weightOffset, eps, sum, y, rstd, columns));

    /// <inheritdoc/>
    public void Backward(
        float* dy, float* h, float* weight, float weightOffset, float* rstd, float* dSum, float* dh, float* dWeight, long rows, long columns)
    {
        var chunks = new FixedChunks(rows);
        using var partials = new KernelScratch(dWeight == null ? 0 : chunks.Count * columns);
        float* partial = dWeight == null ? null : partials.Floats;
        SimdParallel.For(chunks.Count, 1, new BackwardBody(dy, h, weight, weightOffset, rstd, dSum, dh, partial, chunks, columns));
        if (dWeight != null)
        {
            PartialRows.Combine(partial, chunks.Count, columns, dWeight);
        }
    }

    private readonly struct ForwardBody(
        float* x, float* residual, float* weight, float weightOffset, float eps, float* sum, float* y, float* rstd, long columns) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long row = begin; row < end; row++)
            {
                long at = row * columns;
                float* h = x + at;
                float squares;
                if (residual == null)
                {
                    squares = RowSums.Dot<V>(h, h, (nint)columns);
                }
                else
                {
                    squares = AddAndSumSquares<V>(h, residual + at, sum + at, (nint)columns);
                    h = sum + at;
                }

                float r = 1f / MathF.Sqrt((squares / columns) + eps);
                if (rstd != null)
                {
                    rstd[row] = r;
                }

                ScaleRow<V>(h, weight, weightOffset, r, y + at, (nint)columns);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float AddAndSumSquares<V>(float* x, float* residual, float* sum, nint count)
            where V : struct, ISimdVector<V>
        {
            V sum0 = V.Zero, sum1 = V.Zero, sum2 = V.Zero, sum3 = V.Zero;
            nint i = 0;
            for (; i <= count - (4 * V.Count); i += 4 * V.Count)
            {
                V x0 = V.Load(x + i) + V.Load(residual + i);
                V x1 = V.Load(x + i + V.Count) + V.Load(residual + i + V.Count);
                V x2 = V.Load(x + i + (2 * V.Count)) + V.Load(residual + i + (2 * V.Count));
                V x3 = V.Load(x + i + (3 * V.Count)) + V.Load(residual + i + (3 * V.Count));
                V.Store(x0, sum + i);
                V.Store(x1, sum + i + V.Count);
                V.Store(x2, sum + i + (2 * V.Count));
                V.Store(x3, sum + i + (3 * V.Count));
                sum0 = V.MultiplyAdd(x0, x0, sum0);
                sum1 = V.MultiplyAdd(x1, x1, sum1);
                sum2 = V.MultiplyAdd(x2, x2, sum2);
                sum3 = V.MultiplyAdd(x3, x3, sum3);
            }

            for (; i <= count - V.Count; i += V.Count)
            {
                V x0 = V.Load(x + i) + V.Load(residual + i);
                V.Store(x0, sum + i);
                sum0 = V.MultiplyAdd(x0, x0, sum0);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V x0 = V.LoadPartial(x + i, rest) + V.LoadPartial(residual + i, rest);
                V.StorePartial(x0, sum + i, rest);
                sum1 = V.MultiplyAdd(x0, x0, sum1);
            }

            return V.Sum((sum0 + sum1) + (sum2 + sum3));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void ScaleRow<V>(float* h, float* weight, float weightOffset, float r, float* y, nint count)
            where V : struct, ISimdVector<V>
        {
            V scale = V.Splat(r);
            nint i = 0;
            if (weight == null)
            {
                for (; i <= count - V.Count; i += V.Count)
                {
                    V.Store(V.Load(h + i) * scale, y + i);
                }

                if (i < count)
                {
                    V.StorePartial(V.LoadPartial(h + i, (int)(count - i)) * scale, y + i, (int)(count - i));
                }

                return;
            }

            V offset = V.Splat(weightOffset);
            for (; i <= count - V.Count; i += V.Count)
            {
                Prefetch.Line(h + count + i); // the next row
                V.Store(V.Load(h + i) * scale * (V.Load(weight + i) + offset), y + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V.StorePartial(V.LoadPartial(h + i, rest) * scale * (V.LoadPartial(weight + i, rest) + offset), y + i, rest);
            }
        }
    }

    private readonly struct BackwardBody(
        float* dy, float* h, float* weight, float weightOffset, float* rstd, float* dSum, float* dh, float* partials, FixedChunks chunks, long columns) : ISimdBody
    {
        private const int BlockRows = 4;

        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long chunk = begin; chunk < end; chunk++)
            {
                float* partial = partials == null ? null : partials + (chunk * columns);
                if (partial != null)
                {
                    new Span<float>(partial, checked((int)columns)).Clear();
                }

                (long first, long last) = chunks.Rows(chunk);
                long row = first;
                for (; row <= last - BlockRows; row += BlockRows)
                {
                    Block<V>(row, partial);
                }

                for (; row < last; row++)
                {
                    Single<V>(row, partial);
                }
            }
        }

        // Four rows share the loads of weight and partial sums. Which rows form a block depends on the chunks alone.
        private void Block<V>(long row, float* partial)
            where V : struct, ISimdVector<V>
        {
            nint count = (nint)columns;
            float* gradient = dy + (row * columns);
            float* values = h + (row * columns);
            float* r = rstd + row;
            float* dots = stackalloc float[BlockRows];
            BlockSums<V>(gradient, values, weight, weightOffset, r, partial, dots, count);
            if (dh == null)
            {
                return;
            }

            for (int i = 0; i < BlockRows; i++)
            {
                long at = (row + i) * columns;
                InputGradient<V>(
                    dy + at, h + at, weight, weightOffset, r[i], -dots[i] * r[i] * r[i] * r[i] / columns, dSum == null ? null : dSum + at, dh + at, count);
            }
        }

        private void Single<V>(long row, float* partial)
            where V : struct, ISimdVector<V>
        {
            long at = row * columns;
            float r = rstd[row];
            if (partial != null)
            {
                AddWeightGradient<V>(dy + at, h + at, r, partial, (nint)columns);
            }

            if (dh != null)
            {
                float dot = Dot<V>(dy + at, h + at, weight, weightOffset, (nint)columns);
                InputGradient<V>(
                    dy + at, h + at, weight, weightOffset, r, -dot * r * r * r / columns, dSum == null ? null : dSum + at, dh + at, (nint)columns);
            }
        }

        // dots[i] = Σ dy·(weight + offset)·h of row i; partial += Σ_i dy·h·r_i.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void BlockSums<V>(
            float* dy, float* h, float* weight, float weightOffset, float* rstd, float* partial, float* dots, nint count)
            where V : struct, ISimdVector<V>
        {
            float* dy1 = dy + count, dy2 = dy1 + count, dy3 = dy2 + count;
            float* h1 = h + count, h2 = h1 + count, h3 = h2 + count;
            V r0 = V.Splat(rstd[0]), r1 = V.Splat(rstd[1]), r2 = V.Splat(rstd[2]), r3 = V.Splat(rstd[3]);
            V dot0 = V.Zero, dot1 = V.Zero, dot2 = V.Zero, dot3 = V.Zero, offset = V.Splat(weight == null ? 1f : weightOffset);
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V w = weight == null ? offset : V.Load(weight + i) + offset;
                V p0 = V.Load(dy + i) * V.Load(h + i), p1 = V.Load(dy1 + i) * V.Load(h1 + i);
                V p2 = V.Load(dy2 + i) * V.Load(h2 + i), p3 = V.Load(dy3 + i) * V.Load(h3 + i);
                dot0 = V.MultiplyAdd(p0, w, dot0);
                dot1 = V.MultiplyAdd(p1, w, dot1);
                dot2 = V.MultiplyAdd(p2, w, dot2);
                dot3 = V.MultiplyAdd(p3, w, dot3);
                if (partial != null)
                {
                    V sum = V.MultiplyAdd(p1, r1, V.MultiplyAdd(p0, r0, V.Load(partial + i)));
                    V.Store(V.MultiplyAdd(p3, r3, V.MultiplyAdd(p2, r2, sum)), partial + i);
                }
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V w = weight == null ? offset : V.LoadPartial(weight + i, rest) + offset;
                V p0 = V.LoadPartial(dy + i, rest) * V.LoadPartial(h + i, rest), p1 = V.LoadPartial(dy1 + i, rest) * V.LoadPartial(h1 + i, rest);
                V p2 = V.LoadPartial(dy2 + i, rest) * V.LoadPartial(h2 + i, rest), p3 = V.LoadPartial(dy3 + i, rest) * V.LoadPartial(h3 + i, rest);
                dot0 = V.MultiplyAdd(p0, w, dot0);
                dot1 = V.MultiplyAdd(p1, w, dot1);
                dot2 = V.MultiplyAdd(p2, w, dot2);
                dot3 = V.MultiplyAdd(p3, w, dot3);
                if (partial != null)
                {
                    V sum = V.MultiplyAdd(p1, r1, V.MultiplyAdd(p0, r0, V.LoadPartial(partial + i, rest)));
                    V.StorePartial(V.MultiplyAdd(p3, r3, V.MultiplyAdd(p2, r2, sum)), partial + i, rest);
                }
            }

            dots[0] = V.Sum(dot0);
            dots[1] = V.Sum(dot1);
            dots[2] = V.Sum(dot2);
            dots[3] = V.Sum(dot3);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void AddWeightGradient<V>(float* dy, float* h, float r, float* partial, nint count)
            where V : struct, ISimdVector<V>
        {
            V scale = V.Splat(r);
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V.Store(V.MultiplyAdd(V.Load(dy + i), V.Load(h + i) * scale, V.Load(partial + i)), partial + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V sum = V.MultiplyAdd(V.LoadPartial(dy + i, rest), V.LoadPartial(h + i, rest) * scale, V.LoadPartial(partial + i, rest));
                V.StorePartial(sum, partial + i, rest);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float Dot<V>(float* dy, float* h, float* weight, float weightOffset, nint count) // Σ dy·(weight + offset)·h
            where V : struct, ISimdVector<V>
        {
            V sum0 = V.Zero, sum1 = V.Zero;
            V one = V.Splat(1f), offset = V.Splat(weightOffset);
            nint i = 0;
            for (; i <= count - (2 * V.Count); i += 2 * V.Count)
            {
                V w0 = weight == null ? one : V.Load(weight + i) + offset;
                V w1 = weight == null ? one : V.Load(weight + i + V.Count) + offset;
                sum0 = V.MultiplyAdd(V.Load(dy + i) * w0, V.Load(h + i), sum0);
                sum1 = V.MultiplyAdd(V.Load(dy + i + V.Count) * w1, V.Load(h + i + V.Count), sum1);
            }

            for (; i <= count - V.Count; i += V.Count)
            {
                V w0 = weight == null ? one : V.Load(weight + i) + offset;
                sum0 = V.MultiplyAdd(V.Load(dy + i) * w0, V.Load(h + i), sum0);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V w0 = weight == null ? one : V.LoadPartial(weight + i, rest) + offset;
                sum1 = V.MultiplyAdd(V.LoadPartial(dy + i, rest) * w0, V.LoadPartial(h + i, rest), sum1);
            }

            return V.Sum(sum0 + sum1);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void InputGradient<V>(
            float* dy, float* h, float* weight, float weightOffset, float r, float projection, float* dSum, float* dh, nint count)
            where V : struct, ISimdVector<V>
        {
            V scale = V.Splat(r), factor = V.Splat(projection), one = V.Splat(1f), offset = V.Splat(weightOffset);
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V w = weight == null ? one : V.Load(weight + i) + offset;
                V gradient = V.MultiplyAdd(V.Load(h + i), factor, V.Load(dy + i) * w * scale);
                V.Store(dSum == null ? gradient : gradient + V.Load(dSum + i), dh + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V w = weight == null ? one : V.LoadPartial(weight + i, rest) + offset;
                V gradient = V.MultiplyAdd(V.LoadPartial(h + i, rest), factor, V.LoadPartial(dy + i, rest) * w * scale);
                V.StorePartial(dSum == null ? gradient : gradient + V.LoadPartial(dSum + i, rest), dh + i, rest);
            }
        }
    }
}
