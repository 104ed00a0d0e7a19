using Hone.Models;
using Hone.Tensors;

namespace Hone.Training.Trainers;

/// <summary>Trains a classifier, or a scorer with one label.</summary>
/// <remarks>
/// Cross-entropy of the right class; for a single label the squared error of the raw logit. Means over the sequences of a step when
/// <see cref="AveragesSteps"/> says so; else, as transformers 5.23 does, the sum of the means of its micro-batches.
/// </remarks>
/// <param name="model">A classifier loaded for training.</param>
public sealed class ClassificationTrainer(SequenceClassifier model) : Trainer<ClassificationBatch>
{
    /// <summary>Whether a step's loss is a mean over all its sequences; the default, so that accumulation changes nothing.</summary>
    public bool AveragesSteps { get; init; } = true;

    /// <inheritdoc/>
    public override PretrainedModel Model => model;

    /// <inheritdoc/>
    public override long TargetsOf(ClassificationBatch batch) => batch.SequenceLengths.Length;

    /// <inheritdoc/>
    public override IReadOnlyList<int> LengthsOf(ClassificationBatch batch) => batch.SequenceLengths;

    /// <inheritdoc/>
    public override IEnumerable<long> RowsOf(ClassificationBatch batch) => batch.RowIndices;

    /// <inheritdoc/>
    /// <exception cref="TrainingException">A label is not the number of a class.</exception>
    public override LossShare Loss(ClassificationBatch batch, long stepTargets)
    {
        Tensor logits = model.Forward(EncoderInput.FromSequences(model.Config, batch.InputIds.AsSpan(), batch.SequenceLengths.AsSpan())); // [sequences, labels]
        double share = 1.0 / (AveragesSteps ? stepTargets : batch.SequenceLengths.Length);
        if (logits.Shape[1] == 1)
        {
            Tensor loss = Ops.Sum(Ops.Square(Ops.Reshape(logits, -1) - Tensor.From(batch.Labels.AsSpan(), batch.Labels.Length))) * share;
            return new LossShare(loss, loss.Item());
        }

        CrossEntropyLoss crossEntropy = Ops.CrossEntropy(logits, Tensor.From(Classes(batch, logits.Shape[1]), batch.Labels.Length));
        return new LossShare(crossEntropy.Sum * share, crossEntropy.NegativeLogLikelihood * share);
    }

    private static long[] Classes(ClassificationBatch batch, int classes)
    {
        int wrong = batch.Labels.ToList().FindIndex(label => label != MathF.Truncate(label) || label < 0 || label >= classes);
        return wrong < 0 ? [.. batch.Labels.Select(label => (long)label)] : throw new TrainingException(
            "A label is not the number of a class.", $"row {batch.RowIndices[wrong]}", $"{batch.Labels[wrong]}, classes 0 to {classes - 1}", "number the classes from 0, or load a model with as many labels");
    }
}
