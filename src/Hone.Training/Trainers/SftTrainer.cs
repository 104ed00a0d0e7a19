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
        long[] labels = NextTokens.LabelsOf(batch.Labels);
        CrossEntropyLoss loss = NextTokens.FusableHead(_model) is { } weight
            ? Ops.LinearCrossEntropy(hidden, weight, Tensor.From(labels, labels.Length), _settings with { SoftCap = (float)(_model.Config.FinalLogitSoftcapping ?? 0) })
            : LossOfLogits(hidden, labels);
        return new LossShare(loss.Sum * (1.0 / stepTargets), loss.NegativeLogLikelihood / stepTargets);
    }

    private CrossEntropyLoss LossOfLogits(Tensor hidden, long[] labels)
    {
        long[] rows = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] != SftExample.IgnoreIndex).Select(i => (long)i)];
        long[] kept = [.. rows.Select(row => labels[row])];
        Tensor logits = _model.Logits(Ops.IndexSelect(hidden, Tensor.From(rows, rows.Length)));
        return Ops.CrossEntropy(logits, Tensor.From(kept, kept.Length), _settings);
    }
}
