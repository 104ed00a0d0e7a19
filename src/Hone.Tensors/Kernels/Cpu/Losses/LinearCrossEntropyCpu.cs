using System.Runtime.InteropServices;
using Hone.Tensors.Kernels.Cpu.Gemm;

namespace Hone.Tensors.Kernels.Cpu.Losses;

/// <summary>Output head and cross-entropy on the CPU, by chunks of labelled tokens and slices of the vocabulary.</summary>
/// <remarks>
/// A chunk holds the logits of as many tokens as fit <see cref="LogitBytes"/>. Its first sweep multiplies one vocabulary slice after another
/// and takes each into the rows' sums while it is in the cache; the second sweep turns each slice into its gradient in place and multiplies it
/// at once with the weight's rows (gradient of the hidden states) and with the chunk's hidden states (gradient of the weight). Nothing is computed twice.
/// </remarks>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class LinearCrossEntropyCpu : ILinearCrossEntropyKernel
{
    // More tokens a chunk means fewer passes over the weight (113 MB for 49,152 × 576), but beyond the last-level cache (32 MiB) the logits
    // themselves travel: 128 tokens a chunk ran faster than 64 and than 256.
    private const long LogitBytes = 25 << 20;

    // Fewer rows than this make the products slow, so a vocabulary beyond 400,000 may take more memory.
    private const long MinChunkTokens = 16;

    // 128 tokens × 1,536 logits × 4 bytes = 768 KiB: in the cache between product and sums.
    private const int SliceClasses = 1_536;

    // Rows of logits must not start at one place modulo the cache's stride, as those of a vocabulary of 49,152 would.
    private const long RowPadding = 16;

    /// <inheritdoc/>
    public CrossEntropySums Run(in LinearCrossEntropyArguments arguments, CrossEntropySettings settings)
    {
        CrossEntropyRow[] rows = CrossEntropyRows.Select(
            arguments.Labels, arguments.TokenWeights, arguments.Tokens, arguments.Vocabulary, settings.IgnoreIndex);
        Clear(arguments, hasRows: rows.Length > 0);
        if (rows.Length == 0)
        {
            return default;
        }

        int size = arguments.HiddenSize;
        long stride = arguments.Vocabulary + RowPadding;
        int chunk = (int)Math.Min(rows.Length, Math.Max(MinChunkTokens, LogitBytes / sizeof(float) / stride));
        int chunks = (rows.Length + chunk - 1) / chunk;
        chunk = (rows.Length + chunks - 1) / chunks; // equal chunks rather than a short last one
        using var logits = new KernelScratch(chunk * stride);
        using var hidden = new KernelScratch((long)chunk * size);
        using var dHidden = new KernelScratch(arguments.DHidden == null ? 0 : (long)chunk * size);
        fixed (CrossEntropyRow* first = rows)
        {
            for (int begin = 0; begin < rows.Length; begin += chunk)
            {
                int count = Math.Min(chunk, rows.Length - begin);
                CrossEntropyRow* part = first + begin;
                for (int i = 0; i < count; i++)
                {
                    Buffer.MemoryCopy(arguments.Hidden + (part[i].Token * size), hidden.Floats + ((long)i * size), size * sizeof(float), size * sizeof(float));
                }

                Forward(arguments, settings, part, count, hidden.Floats, logits.Floats, stride);
                if (arguments.DHidden != null || arguments.DWeight != null)
                {
                    Backward(arguments, settings, part, count, hidden.Floats, logits.Floats, stride, dHidden.Floats, isFirst: begin == 0);
                }
            }
        }

        if (arguments.TokenNegativeLogLikelihoods != null)
        {
            foreach (ref readonly CrossEntropyRow row in rows.AsSpan())
            {
                arguments.TokenNegativeLogLikelihoods[row.Token] = (float)(row.LogSumExp - row.LabelLogit);
            }
        }

        return CrossEntropyRows.Total(rows, arguments.Vocabulary, settings);
    }

    private static void Forward(
        in LinearCrossEntropyArguments arguments, CrossEntropySettings settings, CrossEntropyRow* rows, int count, float* hidden, float* logits, long stride)
    {
        int size = arguments.HiddenSize;
        for (int first = 0; first < arguments.Vocabulary; first += SliceClasses)
        {
            int classes = Math.Min(SliceClasses, arguments.Vocabulary - first);
            float* weight = arguments.Weight + ((long)first * size);
            Sgemm.Multiply(transA: false, transB: true, count, classes, size, hidden, size, weight, size, logits + first, (nint)stride);
            CrossEntropyRows.Collect(rows, count, logits + first, stride, first, classes, settings);
        }
    }

    private static void Backward(
        in LinearCrossEntropyArguments arguments, CrossEntropySettings settings, CrossEntropyRow* rows, int count, float* hidden, float* logits, long stride,
        float* dHidden, bool isFirst)
    {
        int size = arguments.HiddenSize;
        for (int first = 0; first < arguments.Vocabulary; first += SliceClasses)
        {
            int classes = Math.Min(SliceClasses, arguments.Vocabulary - first);
            float* slice = logits + first;
            CrossEntropyRows.Differentiate(rows, count, slice, slice, stride, first, classes, arguments.Vocabulary, settings, arguments.GradientScale);
            if (arguments.DHidden != null)
            {
                float* weight = arguments.Weight + ((long)first * size);
                Sgemm.Multiply(transA: false, transB: false, count, size, classes, slice, (nint)stride, weight, size, dHidden, size, accumulate: first > 0);
            }

            if (arguments.DWeight != null)
            {
                float* dWeight = arguments.DWeight + ((long)first * size);
                Sgemm.Multiply(transA: true, transB: false, classes, size, count, slice, (nint)stride, hidden, size, dWeight, size, accumulate: !isFirst);
            }
        }

        for (int i = 0; arguments.DHidden != null && i < count; i++)
        {
            Buffer.MemoryCopy(dHidden + ((long)i * size), arguments.DHidden + (rows[i].Token * size), size * sizeof(float), size * sizeof(float));
        }
    }

    private static void Clear(in LinearCrossEntropyArguments arguments, bool hasRows)
    {
        nuint size = (nuint)arguments.HiddenSize * sizeof(float);
        if (arguments.DHidden != null)
        {
            NativeMemory.Clear(arguments.DHidden, (nuint)arguments.Tokens * size);
        }

        if (arguments.DWeight != null && !hasRows)
        {
            NativeMemory.Clear(arguments.DWeight, (nuint)arguments.Vocabulary * size);
        }

        if (arguments.TokenNegativeLogLikelihoods != null)
        {
            NativeMemory.Clear(arguments.TokenNegativeLogLikelihoods, (nuint)arguments.Tokens * sizeof(float));
        }
    }
}
