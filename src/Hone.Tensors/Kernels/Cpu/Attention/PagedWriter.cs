using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Paging;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>Converts key and value rows to a store's format and puts them at their slots.</summary>
internal static unsafe class PagedWriter<V>
    where V : struct, ISimdVector<V>
{
    // Rows are padded to this many elements, a multiple of every vector's width.
    private const int Padding = PagedKvLayout.PanelTokens;

    /// <inheritdoc cref="IPagedAttentionKernel.Write"/>
    public static void Run(PagedKvStore store, int layer, AttentionView<float> keys, AttentionView<float> values, ReadOnlySpan<int> slots)
    {
        PagedKvShape shape = store.Shape;
        int width = store.Layout.ValueWidth;
        using var scratch = new KernelScratch(2L * width);
        float* row = scratch.Floats;
        var converted = (byte*)(row + width);
        for (int token = 0; token < slots.Length; token++)
        {
            (int page, int offset) = Math.DivRem(slots[token], shape.PageTokens);
            for (int head = 0; head < shape.KeyValueHeads; head++)
            {
                byte* block = store.Block(layer, page, head);
                float scale = Convert(shape.Format, Padded(keys.Row(0, head, token), shape.HeadDim, row), width, converted);
                ScatterKey(store.Layout.ElementBytes, converted, shape.HeadDim, block, offset);
                if (shape.Format == PagedKvFormat.Q8)
                {
                    ((float*)(block + store.Layout.KeyScalesOffset))[offset] = scale;
                }

                byte* target = block + store.Layout.ValuesOffset + ((long)offset * width * store.Layout.ElementBytes);
                scale = Convert(shape.Format, Padded(values.Row(0, head, token), shape.HeadDim, row), width, target);
                if (shape.Format == PagedKvFormat.Q8)
                {
                    ((float*)(block + store.Layout.ValueScalesOffset))[offset] = scale;
                }
            }
        }
    }

    /// <summary>The row itself when it fills whole panels, else a copy with zeros behind it.</summary>
    private static float* Padded(float* source, int count, float* row)
    {
        if (count % Padding == 0)
        {
            return source;
        }

        var target = new Span<float>(row, (count + Padding - 1) / Padding * Padding);
        new ReadOnlySpan<float>(source, count).CopyTo(target);
        target[count..].Clear();
        return row;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Convert(PagedKvFormat format, float* source, int width, byte* target)
    {
        if (format == PagedKvFormat.F32)
        {
            for (int c = 0; c < width; c += V.Count)
            {
                V.Store(V.Load(source + c), (float*)target + c);
            }

            return 1;
        }

        if (format == PagedKvFormat.BF16)
        {
            for (int c = 0; c < width; c += V.Count)
            {
                V.StoreBFloat16(V.Load(source + c), (ushort*)target + c);
            }

            return 1;
        }

        V largest = V.Zero;
        for (int c = 0; c < width; c += V.Count)
        {
            largest = V.Max(largest, V.Abs(V.Load(source + c)));
        }

        float max = V.MaxLane(largest);
        bool isFinite = max <= float.MaxValue; // false for NaN too
        bool isZero = isFinite && !(max >= PagedKvLayout.SmallestMagnitude);
        V inverse = V.Splat(isFinite && !isZero ? 127 / max : 0);
        for (int c = 0; c < width; c += V.Count)
        {
            V.StoreInt8(isFinite ? V.Load(source + c) * inverse : V.Zero, (sbyte*)target + c);
        }

        return !isFinite ? float.NaN : isZero ? 0 : max / 127; // a key or value that is no number must not pass for one
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ScatterKey(int elementBytes, byte* source, int headDim, byte* block, int offset)
    {
        const int Panel = PagedKvLayout.PanelTokens;
        nint first = ((nint)(offset / Panel) * headDim * Panel) + (offset % Panel);
        if (elementBytes == 4)
        {
            for (nint c = 0; c < headDim; c++)
            {
                ((uint*)block)[first + (c * Panel)] = ((uint*)source)[c];
            }
        }
        else if (elementBytes == 2)
        {
            for (nint c = 0; c < headDim; c++)
            {
                ((ushort*)block)[first + (c * Panel)] = ((ushort*)source)[c];
            }
        }
        else
        {
            for (nint c = 0; c < headDim; c++)
            {
                block[first + (c * Panel)] = source[c];
            }
        }
    }
}
