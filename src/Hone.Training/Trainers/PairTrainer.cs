using Hone.Models;
using Hone.Tensors;
using Hone.Training.Losses;

namespace Hone.Training.Trainers;

/// <summary>Trains a language model on pairs of answers with any <see cref="PairLoss"/>: DPO and its relatives, ORPO, SimPO.</summary>
/// <remarks>
/// Chosen and rejected answers go through the model in one pass. The loss of a step is the mean over its pairs, and the likelihood term the mean over
/// the chosen tokens of the whole step, so that accumulation changes nothing; TRL averages the latter over micro-batches.
/// </remarks>
public sealed class PairTrainer : Trainer<PairBatch>
{
    private readonly CausalLm _model;
    private readonly PairLoss _loss;
    private readonly AnswerScorer _scorer;
    private long _chosenTokens;

    /// <summary>Trains a language model.</summary>
    /// <param name="model">A model loaded for training.</param>
    /// <param name="loss">The loss and its settings.</param>
    public PairTrainer(CausalLm model, PairLoss loss)
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
    public override long TargetsOf(PairBatch batch) => batch.Pairs;

    /// <inheritdoc/>
    public override IReadOnlyList<int> LengthsOf(PairBatch batch) => batch.Sequences.SequenceLengths;

    /// <inheritdoc/>
    public override IEnumerable<long> RowsOf(PairBatch batch) => batch.Sequences.RowIndices.Take(batch.Pairs);

    /// <inheritdoc/>
    public override void BeginStep(IEnumerable<PairBatch> batches) =>
        _chosenTokens = batches.Sum(batch => AnswerScorer.CountsOf(batch.Sequences).Take(batch.Pairs).Sum(count => (long)count));

    /// <inheritdoc/>
    public override LossShare Loss(PairBatch batch, long stepTargets)
    {
        int pairs = batch.Pairs;
        SequenceLogProbabilities all = _scorer.Score(batch.Sequences);
        SequenceLogProbabilities chosen = Part(all, 0, pairs), rejected = Part(all, pairs, pairs);
        PreferenceLossResult result = _loss.Compute(new PreferencePairs
        {
            Chosen = chosen,
            Rejected = rejected,
            ReferenceChosen = Reference(batch, 0),
            ReferenceRejected = Reference(batch, pairs),
        });
        Tensor loss = Ops.Sum(result.PerPair) * (1.0 / stepTargets);
        double value = result.PerPair.ToDoubles().Sum() / stepTargets;
        var figures = new StepFigures();
        double[] good = result.ChosenRewards.ToDoubles(), bad = result.RejectedRewards.ToDoubles(), likely = chosen.Sums.ToDoubles();
        figures.Add("reward_chosen", good.Sum() / stepTargets);
        figures.Add("reward_rejected", bad.Sum() / stepTargets);
        figures.Add("reward_margin", good.Zip(bad, (a, b) => a - b).Sum() / stepTargets);
        figures.Add("accuracy", good.Zip(bad, (a, b) => a > b ? 1.0 : 0).Sum() / stepTargets);
        figures.Add("log_prob_chosen", likely.Sum() / stepTargets);
        figures.Add("log_prob_rejected", rejected.Sums.ToDoubles().Sum() / stepTargets);
        if (_loss.NllWeight != 0)
        {
            double nll = -likely.Sum() / _chosenTokens;
            loss -= Ops.Sum(chosen.Sums) * (_loss.NllWeight / _chosenTokens);
            value += _loss.NllWeight * nll;
            figures.Add("nll", nll);
        }

        return new LossShare(loss, value) { Figures = figures };
    }

    private static SequenceLogProbabilities Part(SequenceLogProbabilities all, int start, int count) => new(Ops.Slice(all.Sums, 0, start, count), [.. all.Counts.Skip(start).Take(count)]);

    private static Tensor? Reference(PairBatch batch, int start) => batch.Reference.IsEmpty ? null : Tensor.From(batch.Reference.AsSpan().Slice(start, batch.Pairs), batch.Pairs);
}
