using System.Runtime.InteropServices;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Models;
using Hone.Models.Nn;
using Hone.Tensors;
using Hone.Tensors.Autograd;
using Hone.Training.Losses;

namespace Hone.Training.Trainers;

/// <summary>Computes how likely a language model finds the trained tokens of whole sequences, without ever holding the logits of all tokens.</summary>
/// <param name="model">The model.</param>
internal sealed class AnswerScorer(CausalLm model)
{
    // Rows of logits that exist at a time where the head has an adapter or is no plain matrix: 128 × 49,152 × 4 bytes = 24 MiB.
    private const int ChunkRows = 128;

    /// <summary>The log-probabilities of sequences: for each the sum over its trained tokens, and their number.</summary>
    /// <param name="batch">The sequences.</param>
    /// <returns>f32 <c>[sequences]</c>, differentiable while gradients are recorded.</returns>
    public SequenceLogProbabilities Score(SequenceBatch batch)
    {
        int[] ids = ImmutableCollectionsMarshal.AsArray(batch.InputIds) ?? [];
        long[] labels = NextTokens.LabelsOf(batch.Labels);
        Tensor hidden = model.Forward(Tensor.From(ids, ids.Length), PackedAttentionContext.FromLengths(batch.SequenceLengths.AsSpan()));
        return NextTokens.FusableHead(model) is { } weight
            ? new SequenceLogProbabilities(
                Ops.SegmentSum(Ops.LinearLogProbabilities(hidden, weight, Tensor.From(labels, labels.Length), (float)(model.Config.FinalLogitSoftcapping ?? 0)), batch.SequenceLengths.AsSpan()), CountsOf(batch))
            : SequenceLogProbabilities.FromTokens(ByChunks(hidden, labels), CountsOf(batch));
    }

    /// <summary>The trained tokens of each sequence.</summary>
    public static int[] CountsOf(SequenceBatch batch)
    {
        var counts = new int[batch.SequenceLengths.Length];
        for (int i = 0, at = 0; i < counts.Length; at += batch.SequenceLengths[i++])
        {
            counts[i] = batch.Labels.AsSpan(at, batch.SequenceLengths[i]).ToArray().Count(label => label != SftExample.IgnoreIndex);
        }

        return counts;
    }

    /// <summary>Log-probabilities of the labelled tokens alone, one behind the other; logits are computed again in the backward pass.</summary>
    private Tensor ByChunks(Tensor hidden, long[] labels)
    {
        long[] rows = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] != SftExample.IgnoreIndex).Select(i => (long)i)];
        Tensor[] chunks = [.. rows.Chunk(ChunkRows).Select(chunk => ActivationCheckpoint.Run(
            states =>
            {
                long[] targets = [.. chunk.Select(row => labels[row])];
                return Ops.Gather(Ops.LogSoftmax(model.Logits(states)), -1, Tensor.From(targets, targets.Length, 1), keepDimension: false);
            },
            Ops.IndexSelect(hidden, Tensor.From(chunk, chunk.Length)),
            model.Head.DropoutRandom))];
        return chunks.Length > 0 ? Ops.Concatenate(chunks, 0) : Tensor.Zeros(DType.F32, 0);
    }
}
