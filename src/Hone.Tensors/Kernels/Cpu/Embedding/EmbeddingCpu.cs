using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Embedding;

/// <summary>Embedding rows on the CPU. The gradient is split over columns, not tokens, so that no two threads add to one element.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class EmbeddingCpu : IEmbeddingKernel
{
    private const long GrainElements = 16_384;

    /// <inheritdoc/>
    public void Gather(void* table, DType dtype, long tableRows, long columns, long* indices, long count, float* y)
    {
        Validate(indices, count, tableRows);
        long grain = Math.Max(1, GrainElements / Math.Max(1, columns));
        switch (dtype)
        {
            case DType.F32:
                SimdParallel.For(count, grain, new GatherBody<float>((float*)table, columns, indices, y));
                break;
            case DType.BF16:
                SimdParallel.For(count, grain, new GatherBody<BFloat16>((BFloat16*)table, columns, indices, y));
                break;
            case DType.F16:
                SimdParallel.For(count, grain, new GatherBody<Half>((Half*)table, columns, indices, y));
                break;
            default:
                throw new ArgumentException($"An embedding table holds f32, bf16 or f16, not {dtype.Name}.", nameof(dtype));
        }
    }

    /// <inheritdoc/>
    public void ScatterAdd(float* dy, long* indices, long count, long tableRows, long columns, float* dTable, long paddingIndex)
    {
        Validate(indices, count, tableRows);

        // Threads own whole cache lines of every row: neighbours would otherwise pass lines to and fro.
        const long LineFloats = 16;
        long lines = (columns + LineFloats - 1) / LineFloats;
        SimdParallel.For(
            lines,
            Math.Max(1, GrainElements / Math.Max(1, count * LineFloats)),
            new ScatterBody(dy, indices, count, columns, LineFloats, dTable, paddingIndex));
    }

    private static void Validate(long* indices, long count, long tableRows)
    {
        for (long i = 0; i < count; i++)
        {
            if ((ulong)indices[i] >= (ulong)tableRows)
            {
                ThrowOutside(nameof(indices), i, indices[i], tableRows);
            }
        }
    }

    [DoesNotReturn]
    private static void ThrowOutside(string name, long at, long index, long tableRows) => throw new ArgumentOutOfRangeException(
        name, $"Index {index} at place {at} lies outside the embedding table of {tableRows} rows; token ids must be in [0, {tableRows}).");

    private readonly struct GatherBody<T>(T* table, long columns, long* indices, float* y) : ISimdBody
        where T : unmanaged
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long token = begin; token < end; token++)
            {
                T* row = table + (indices[token] * columns);
                float* to = y + (token * columns);
                if (typeof(T) == typeof(float))
                {
                    Buffer.MemoryCopy(row, to, columns * sizeof(float), columns * sizeof(float));
                }
                else if (typeof(T) == typeof(BFloat16))
                {
                    Widening.FromBFloat16<V>((ushort*)row, to, (nint)columns);
                }
                else
                {
                    Widening.FromHalf<V>((ushort*)row, to, (nint)columns);
                }
            }
        }
    }

    private readonly struct ScatterBody(float* dy, long* indices, long count, long columns, long lineFloats, float* dTable, long paddingIndex) : ISimdBody
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            long first = begin * lineFloats;
            long width = Math.Min(columns, end * lineFloats) - first;
            for (long token = 0; token < count; token++)
            {
                if (indices[token] != paddingIndex)
                {
                    AddRow<V>(dy + (token * columns) + first, dTable + (indices[token] * columns) + first, (nint)width);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void AddRow<V>(float* from, float* to, nint count)
            where V : struct, ISimdVector<V>
        {
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V.Store(V.Load(to + i) + V.Load(from + i), to + i);
            }

            for (; i < count; i++)
            {
                to[i] += from[i];
            }
        }
    }
}
