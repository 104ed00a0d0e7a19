using Hone.Tensors.Paging;

namespace Hone.Tensors.Kernels.Reference;

/// <summary>Paged attention as its definition says it: one element at a time, in double precision.</summary>
internal static unsafe class PagedAttentionReference
{
    /// <inheritdoc cref="IPagedAttentionKernel.Write"/>
    public static void Write(PagedKvStore store, int layer, AttentionView<float> keys, AttentionView<float> values, ReadOnlySpan<int> slots)
    {
        for (int token = 0; token < slots.Length; token++)
        {
            (int page, int offset) = Math.DivRem(slots[token], store.Shape.PageTokens);
            for (int head = 0; head < store.Shape.KeyValueHeads; head++)
            {
                byte* block = store.Block(layer, page, head);
                WriteRow(store, new(keys.Row(0, head, token), store.Shape.HeadDim), block, offset, isKey: true);
                WriteRow(store, new(values.Row(0, head, token), store.Shape.HeadDim), block, offset, isKey: false);
            }
        }
    }

    /// <inheritdoc cref="IPagedAttentionKernel.Attend"/>
    public static void Attend(PagedAttentionProblem problem, AttentionView<float> output)
    {
        foreach (PagedSequences.Entry sequence in problem.Sequences.Entries)
        {
            for (int row = 0; row < sequence.Queries; row++)
            {
                for (int head = 0; head < problem.Heads; head++)
                {
                    AttendRow(problem, sequence, row, head, new(output.Row(0, head, sequence.FirstRow + row), problem.Store.Shape.HeadDim));
                }
            }
        }
    }

    private static void AttendRow(PagedAttentionProblem problem, in PagedSequences.Entry sequence, int row, int head, Span<float> output)
    {
        (int begin, int end) = problem.VisibleKeys(sequence, row);
        int width = output.Length, kvHead = head / problem.Group;
        float* query = problem.Query.Row(0, head, sequence.FirstRow + row);
        var scores = new double[end - begin];
        for (int key = begin; key < end; key++)
        {
            double dot = 0;
            for (int c = 0; c < width; c++)
            {
                dot += query[c] * Read(problem, sequence, key, kvHead, c, isKey: true);
            }

            double score = dot * problem.Scale;
            scores[key - begin] = problem.SoftCap is { } cap ? cap * Math.Tanh(score / cap) : score;
        }

        double max = scores.DefaultIfEmpty(0).Max();
        double[] probabilities = Array.ConvertAll(scores, score => Math.Exp(score - max));
        double sum = probabilities.Sum();
        for (int c = 0; c < width; c++)
        {
            double mixed = 0;
            for (int key = begin; key < end; key++)
            {
                mixed += probabilities[key - begin] / sum * Read(problem, sequence, key, kvHead, c, isKey: false);
            }

            output[c] = (float)mixed;
        }
    }

    private static double Read(PagedAttentionProblem problem, in PagedSequences.Entry sequence, int key, int kvHead, int column, bool isKey)
    {
        PagedKvStore store = problem.Store;
        (int index, int offset) = Math.DivRem(key, store.Shape.PageTokens);
        byte* block = store.Block(problem.Layer, problem.Sequences.Page(sequence, index), kvHead);
        long element = Element(store, offset, column, isKey);
        return store.Shape.Format switch
        {
            PagedKvFormat.F32 => ((float*)block)[element],
            PagedKvFormat.BF16 => ((BFloat16*)block)[element],
            _ => ((sbyte*)block)[element] * (double)*Scale(store, block, offset, isKey),
        };
    }

    private static void WriteRow(PagedKvStore store, ReadOnlySpan<float> row, byte* block, int offset, bool isKey)
    {
        float max = 0;
        foreach (float value in row)
        {
            max = MathF.Max(max, MathF.Abs(value)); // NaN if any is
        }

        bool isRounded = float.IsFinite(max) && max >= PagedKvLayout.SmallestMagnitude;
        for (int c = 0; c < store.Layout.ValueWidth; c++)
        {
            if (isKey && c == row.Length)
            {
                break; // only value rows are padded
            }

            float value = c < row.Length ? row[c] : 0;
            long element = Element(store, offset, c, isKey);
            switch (store.Shape.Format)
            {
                case PagedKvFormat.F32:
                    ((float*)block)[element] = value;
                    break;
                case PagedKvFormat.BF16:
                    ((BFloat16*)block)[element] = (BFloat16)value;
                    break;
                default:
                    ((sbyte*)block)[element] = isRounded ? (sbyte)MathF.Round(value * (127 / max)) : (sbyte)0;
                    break;
            }
        }

        if (store.Shape.Format == PagedKvFormat.Q8)
        {
            *Scale(store, block, offset, isKey) = !float.IsFinite(max) ? float.NaN : isRounded ? max / 127 : 0;
        }
    }

    private static long Element(PagedKvStore store, int offset, int column, bool isKey)
    {
        const int Panel = PagedKvLayout.PanelTokens;
        return isKey
            ? ((((long)(offset / Panel) * store.Shape.HeadDim) + column) * Panel) + (offset % Panel)
            : (store.Layout.ValuesOffset / store.Layout.ElementBytes) + ((long)offset * store.Layout.ValueWidth) + column;
    }

    private static float* Scale(PagedKvStore store, byte* block, int offset, bool isKey) =>
        (float*)(block + (isKey ? store.Layout.KeyScalesOffset : store.Layout.ValueScalesOffset)) + offset;
}
