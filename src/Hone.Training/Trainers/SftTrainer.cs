using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Models;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Training.Trainers;

/// <summary>Supervised fine-tuning: the mean negative log-likelihood of the label tokens of a step.</summary>
/// <remarks><c>L = −Σ ln p(label)/n</c> over the n labels of all micro-batches of the step; a label is predicted from the tokens before it.</remarks>
public sealed class SftTrainer : Trainer<SequenceBatch>
{
    private readonly CausalLm _model;
    private readonly CrossEntropySettings _settings;

    /// <summary>Trains a language model.</summary>
    /// <param name="model">A model loaded for training.</param>
    /// <param name="labelSmoothing">Share of the target that is spread over the vocabulary.</param>
    public SftTrainer(CausalLm model, double labelSmoothing = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _settings = new CrossEntropySettings { LabelSmoothing = (float)labelSmoothing };
    }

    /// <inheritdoc/>
    public override PretrainedModel Model => _model;

    /// <summary>Whether the head and the loss can be one: nothing changes what the head gives.</summary>
    private bool FusesHead => _model.Head is { Adapter: null, Weight: not null, Bias: null, IsTransposed: false };

    /// <inheritdoc/>
    public override long TargetsOf(SequenceBatch batch) => batch.TrainedTokens;

    /// <inheritdoc/>
    public override IReadOnlyList<int> LengthsOf(SequenceBatch batch) => batch.SequenceLengths;

    /// <inheritdoc/>
    public override IEnumerable<long> RowsOf(SequenceBatch batch) => batch.RowIndices.Where(row => row > 0);

    /// <inheritdoc/>
    public override LossShare Loss(SequenceBatch batch, long stepTargets)
    {
        int[] ids = ImmutableCollectionsMarshal.AsArray(batch.InputIds) ?? [];
        Tensor hidden = _model.Forward(Tensor.From(ids, ids.Length), PackedAttentionContext.FromLengths(batch.SequenceLengths.AsSpan()));
        long[] labels = NextLabels(batch.Labels);
        CrossEntropyLoss loss = FusesHead
            ? Ops.LinearCrossEntropy(hidden, _model.Head.Weight!, Tensor.From(labels, labels.Length), _settings with { SoftCap = (float)(_model.Config.FinalLogitSoftcapping ?? 0) }) // FusesHead saw a weight
            : LossOfLogits(hidden, labels);
        return new LossShare(loss.Sum * (1.0 / stepTargets), loss.NegativeLogLikelihood / stepTargets);
    }

    /// <summary>The label that each token predicts. The first of a sequence is never a label, so none crosses into the next one.</summary>
    private static long[] NextLabels(ImmutableArray<int> labels)
    {
        var next = new long[labels.Length];
        for (int i = 0; i < next.Length; i++)
        {
            next[i] = i + 1 < next.Length ? labels[i + 1] : SftExample.IgnoreIndex;
        }

        return next;
    }

    private CrossEntropyLoss LossOfLogits(Tensor hidden, long[] labels)
    {
        long[] rows = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] != SftExample.IgnoreIndex).Select(i => (long)i)];
        long[] kept = [.. rows.Select(row => labels[row])];
        Tensor logits = _model.Logits(Ops.IndexSelect(hidden, Tensor.From(rows, rows.Length)));
        return Ops.CrossEntropy(logits, Tensor.From(kept, kept.Length), _settings);
    }
}
