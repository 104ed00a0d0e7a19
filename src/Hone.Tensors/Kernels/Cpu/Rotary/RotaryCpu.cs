using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Rotary;

/// <summary>Rotary embedding on the CPU, in both pair layouts; a token's table rows stay in registers' reach for all its heads.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class RotaryCpu : IRotaryKernel
{
    private const long GrainElements = 16_384;

    /// <inheritdoc/>
    public void Rotate(in RotaryRows rows, float* source, float* target, int* positions, float* cos, float* sin, bool isBackward)
    {
        for (long token = 0; token < rows.Batch * rows.Tokens; token++)
        {
            if ((uint)positions[token] >= (uint)rows.TablePositions)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(positions),
                    $"Position {positions[token]} of token {token} lies outside the rotary table of {rows.TablePositions} positions; build the table for longer sequences.");
            }
        }

        long grain = Math.Max(1, GrainElements / Math.Max(1, rows.Heads * rows.HeadDim));
        SimdParallel.For(rows.Batch * rows.Tokens, grain, new Body(rows, source, target, positions, cos, sin, isBackward));
    }

    private readonly struct Body(RotaryRows rows, float* source, float* target, int* positions, float* cos, float* sin, bool isBackward) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            nint half = rows.RotaryDim / 2;
            float turn = isBackward ? -1f : 1f;
            for (long token = begin; token < end; token++)
            {
                long batch = token / rows.Tokens;
                long inSequence = token - (batch * rows.Tokens);
                float* from = source + (batch * rows.SourceStrides.Batch) + (inSequence * rows.SourceStrides.Token);
                float* to = target + (batch * rows.TargetStrides.Batch) + (inSequence * rows.TargetStrides.Token);
                float* c = cos + (positions[token] * half);
                float* s = sin + (positions[token] * half);
                for (long head = 0; head < rows.Heads; head++)
                {
                    if (rows.Layout == RotaryLayout.HalfSplit)
                    {
                        HalfSplit<V>(from, to, c, s, turn, half);
                    }
                    else
                    {
                        Interleaved<V>(from, to, c, s, turn, half);
                    }

                    int untouched = rows.HeadDim - rows.RotaryDim;
                    if (untouched > 0 && from != to)
                    {
                        new ReadOnlySpan<float>(from + rows.RotaryDim, untouched).CopyTo(new Span<float>(to + rows.RotaryDim, untouched));
                    }

                    from += rows.SourceStrides.Head;
                    to += rows.TargetStrides.Head;
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void HalfSplit<V>(float* from, float* to, float* cos, float* sin, float turn, nint half)
            where V : struct, ISimdVector<V>
        {
            V sign = V.Splat(turn), minus = V.Splat(-1f);
            nint i = 0;
            for (; i <= half - V.Count; i += V.Count)
            {
                V a = V.Load(from + i), b = V.Load(from + half + i), c = V.Load(cos + i), s = V.Load(sin + i) * sign;
                V.Store(V.MultiplyAdd(b * minus, s, a * c), to + i);
                V.Store(V.MultiplyAdd(a, s, b * c), to + half + i);
            }

            int rest = (int)(half - i);
            if (rest > 0)
            {
                V a = V.LoadPartial(from + i, rest), b = V.LoadPartial(from + half + i, rest);
                V c = V.LoadPartial(cos + i, rest), s = V.LoadPartial(sin + i, rest) * sign;
                V.StorePartial(V.MultiplyAdd(b * minus, s, a * c), to + i, rest);
                V.StorePartial(V.MultiplyAdd(a, s, b * c), to + half + i, rest);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Interleaved<V>(float* from, float* to, float* cos, float* sin, float turn, nint half)
            where V : struct, ISimdVector<V>
        {
            float* signs = stackalloc float[16]; // −, + for the lanes of a pair; 16 lanes is the widest vector
            for (int lane = 0; lane < 16; lane++)
            {
                signs[lane] = lane % 2 == 0 ? -turn : turn;
            }

            V sign = V.Load(signs);
            nint i = 0;
            for (; i <= (2 * half) - V.Count; i += V.Count)
            {
                V x = V.Load(from + i);
                V turned = V.SwapPairs(x) * sign;
                V.Store(V.MultiplyAdd(turned, V.LoadDuplicated(sin + (i / 2)), x * V.LoadDuplicated(cos + (i / 2))), to + i);
            }

            for (nint pair = i / 2; pair < half; pair++)
            {
                float a = from[2 * pair], b = from[(2 * pair) + 1], s = sin[pair] * turn;
                to[2 * pair] = MathF.FusedMultiplyAdd(-b, s, a * cos[pair]);
                to[(2 * pair) + 1] = MathF.FusedMultiplyAdd(a, s, b * cos[pair]);
            }
        }
    }
}
