using System.Collections.Immutable;
using Hone.Data.Datasets;
using Hone.Models;
using Hone.Tensors;

namespace Hone.Training.Trainers;

/// <summary>What the trainers of language models share about predicting the next token.</summary>
internal static class NextTokens
{
    /// <summary>The label that each token predicts. The first of a sequence is never a label, so none crosses into the next one.</summary>
    public static long[] LabelsOf(ImmutableArray<int> labels)
    {
        var next = new long[labels.Length];
        for (int i = 0; i < next.Length; i++)
        {
            next[i] = i + 1 < next.Length ? labels[i + 1] : SftExample.IgnoreIndex;
        }

        return next;
    }

    /// <summary>The head's weight where head and loss can be one, because nothing changes what the head gives; else <see langword="null"/>.</summary>
    public static Tensor? FusableHead(CausalLm model) => model.Head is { Adapter: null, Weight: { } weight, Bias: null, IsTransposed: false } ? weight : null;
}
