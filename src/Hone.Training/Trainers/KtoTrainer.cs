using Hone.Models;
using Hone.Tensors;
using Hone.Tensors.Autograd;
using Hone.Training.Losses;

namespace Hone.Training.Trainers;

/// <summary>Trains a language model on answers that are marked good or bad one by one.</summary>
/// <remarks>
/// The distance to the reference model is estimated once a step, from the mismatched answers of all its micro-batches, without dropout: so accumulation
/// changes nothing. TRL estimates it for every micro-batch.
/// </remarks>
public sealed class KtoTrainer : Trainer<FeedbackBatch>
{
    private readonly CausalLm _model;
    private readonly KtoLoss _loss;
    private readonly AnswerScorer _scorer;
    private double _divergence;
    private long _desirable, _undesirable;

    /// <summary>Trains a language model.</summary>
    /// <param name="model">A model loaded for training.</param>
    /// <param name="loss">The loss and its settings.</param>
    public KtoTrainer(CausalLm model, KtoLoss loss)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loss);
        _model = model;
        _loss = loss;
        _scorer = new AnswerScorer(model);
    }

    /// <inheritdoc/>
    public override PretrainedModel Model => _model;

    /// <inheritdoc/>
    public override long TargetsOf(FeedbackBatch batch) => batch.IsDesirable.Length;

    /// <inheritdoc/>
    public override IReadOnlyList<int> LengthsOf(FeedbackBatch batch) => [.. batch.Sequences.SequenceLengths, .. batch.Mismatched.SequenceLengths];

    /// <inheritdoc/>
    public override IEnumerable<long> RowsOf(FeedbackBatch batch) => batch.Sequences.RowIndices;

    /// <inheritdoc/>
    public override void BeginStep(IEnumerable<FeedbackBatch> batches)
    {
        using GradMode off = GradMode.NoGrad();
        _model.Eval();
        var mismatched = new List<double>();
        var reference = new List<double>();
        (_desirable, _undesirable) = (0, 0);
        foreach (FeedbackBatch batch in batches)
        {
            using var scope = TensorScope.Begin("distance to the reference model");
            mismatched.AddRange(_scorer.Score(batch.Mismatched).Sums.ToDoubles());
            reference.AddRange(batch.MismatchedReference.Select(sum => (double)sum));
            _desirable += batch.IsDesirable.Count(good => good);
            _undesirable += batch.IsDesirable.Count(good => !good);
        }

        _divergence = KtoLoss.EstimateDivergence(mismatched, reference);
    }

    /// <inheritdoc/>
    public override LossShare Loss(FeedbackBatch batch, long stepTargets)
    {
        Tensor sums = _scorer.Score(batch.Sequences).Sums;
        KtoLossResult result = _loss.Compute(new KtoBatch
        {
            LogProbabilities = sums,
            Reference = Tensor.From(batch.Reference.AsSpan(), batch.Reference.Length),
            IsDesirable = batch.IsDesirable,
            Divergence = _divergence,
        });
        double[] rewards = result.Rewards.ToDoubles(), likely = sums.ToDoubles();
        var figures = new StepFigures();
        AddMeans(figures, "desirable", batch, rewards, likely, isDesirable: true, _desirable);
        AddMeans(figures, "undesirable", batch, rewards, likely, isDesirable: false, _undesirable);
        if (_desirable > 0 && _undesirable > 0)
        {
            figures.Add("reward_margin", rewards.Select((reward, i) => batch.IsDesirable[i] ? reward / _desirable : -reward / _undesirable).Sum());
        }

        figures.Add("divergence", _divergence * batch.IsDesirable.Length / stepTargets);
        return new LossShare(Ops.Sum(result.PerRow) * (1.0 / stepTargets), result.PerRow.ToDoubles().Sum() / stepTargets) { Figures = figures };
    }

    private static void AddMeans(StepFigures figures, string name, FeedbackBatch batch, double[] rewards, double[] likely, bool isDesirable, long count)
    {
        if (count > 0)
        {
            figures.Add($"reward_{name}", rewards.Where((_, i) => batch.IsDesirable[i] == isDesirable).Sum() / count);
            figures.Add($"log_prob_{name}", likely.Where((_, i) => batch.IsDesirable[i] == isDesirable).Sum() / count);
        }
    }
}
