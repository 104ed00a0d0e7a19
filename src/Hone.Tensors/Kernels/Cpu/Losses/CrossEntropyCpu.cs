using System.Runtime.InteropServices;

namespace Hone.Tensors.Kernels.Cpu.Losses;

/// <summary>Cross-entropy of given logits on the CPU, row by row.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class CrossEntropyCpu : ICrossEntropyKernel
{
    /// <inheritdoc/>
    public CrossEntropySums Run(
        float* logits, long* labels, float* tokenWeights, long tokens, int classes, CrossEntropySettings settings, float gradientScale, float* dLogits)
    {
        CrossEntropyRow[] rows = CrossEntropyRows.Select(labels, tokenWeights, tokens, classes, settings.IgnoreIndex);
        nuint sizeBytes = (nuint)classes * sizeof(float);

        // Capping rewrites the logits, and ignored rows leave gaps: labelled rows go through a copy of their own, which is also where the gradient forms.
        const long CopyRows = 256;
        using var copy = new KernelScratch(Math.Min(rows.Length, CopyRows) * (long)classes);
        if (dLogits != null && dLogits != logits)
        {
            NativeMemory.Clear(dLogits, (nuint)tokens * sizeBytes);
        }

        fixed (CrossEntropyRow* first = rows)
        {
            for (long begin = 0; begin < rows.Length; begin += CopyRows)
            {
                long count = Math.Min(CopyRows, rows.Length - begin);
                CrossEntropyRow* part = first + begin;
                for (long i = 0; i < count; i++)
                {
                    NativeMemory.Copy(logits + (part[i].Token * classes), copy.Floats + (i * classes), sizeBytes);
                }

                CrossEntropyRows.Collect(part, count, copy.Floats, classes, 0, classes, settings);
                if (dLogits == null)
                {
                    continue;
                }

                CrossEntropyRows.Differentiate(part, count, copy.Floats, copy.Floats, classes, 0, classes, classes, settings, gradientScale);
                for (long i = 0; i < count; i++)
                {
                    NativeMemory.Copy(copy.Floats + (i * classes), dLogits + (part[i].Token * classes), sizeBytes);
                }
            }
        }

        if (dLogits == logits && dLogits != null)
        {
            ClearIgnored(labels, tokens, classes, settings.IgnoreIndex, dLogits);
        }

        return CrossEntropyRows.Total(rows, classes, settings);
    }

    private static void ClearIgnored(long* labels, long tokens, int classes, long ignoreIndex, float* dLogits)
    {
        for (long token = 0; token < tokens; token++)
        {
            if (labels[token] == ignoreIndex)
            {
                NativeMemory.Clear(dLogits + (token * classes), (nuint)classes * sizeof(float));
            }
        }
    }
}
