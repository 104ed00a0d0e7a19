using System.Collections.Immutable;
using System.Globalization;
using Hone.Core.Stages;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Training.Losses;
using Hone.Training.Optimizers;
using Hone.Training.References;
using Hone.Training.Trainers;

namespace Hone.Pipelines.Stages;

/// <summary>Preference training of a language model: DPO and its variants, ORPO and SimPO on pairs of answers, KTO on answers that are marked good or bad one by one.</summary>
/// <remarks>
/// <para>The reference model of DPO and KTO is the model as it was before training: its log-probabilities are computed once, before the first step, and kept
/// in the folder <c>reference</c>.</para>
/// <para>Interrupted, it goes on from its newest checkpoint and gives the bytes that it would have given without the interruption.</para>
/// </remarks>
[Stage("preference")]
public sealed record PreferenceStage : TrainingStage
{
    private const string ReferenceFolder = "reference";
    private const string ReferenceUnit = "reference answers";

    /// <summary>The defaults.</summary>
    public PreferenceStage() => Optimizer = new AdamWOptions { LearningRate = 2e-5, WeightDecay = 0 };

    /// <summary>The data: pairs of answers, or for the loss <c>kto</c> single answers that are marked good or bad.</summary>
    public required PreferenceDataOptions Dataset { get; init; }

    /// <summary>What is learnt from it.</summary>
    public PreferenceLoss Loss { get; init; } = new DpoLoss();

    private protected override bool HasValidation => Dataset.HasValidation;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Run(RunContext context)
    {
        using TrainedModel model = OpenModel(context);
        using PreferenceDataset dataset = LoadData(context, model);
        Prepare(context, model, dataset.Store);
        return Loss switch
        {
            KtoLoss kto => Train(context, model, DescribeFeedback(context, model, dataset, kto, Score)),
            PairLoss pairs => Train(context, model, DescribePairs(context, model, dataset, pairs, Score)),
            _ => throw NoTrainer(),
        };

        ImmutableArray<float> Score(string name, string key, Func<int, SftExample> read) => ScoreReference(context, model, name, key, dataset.Store.Count, read);
    }

    /// <inheritdoc/>
    public override StageEstimate Estimate(PlanContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        long start = context.Time.GetTimestamp();
        using TrainedModel model = OpenModel(context);
        using PreferenceDataset dataset = LoadData(context, model);
        LoadWeights(context, model);
        TimeSpan preparation = context.Time.GetElapsedTime(start);
        IReadOnlyList<string> warnings = WarningsOf(model, dataset.Store);
        var scored = new List<int>();
        return Loss switch
        {
            KtoLoss kto => Estimate(context, model, DescribeFeedback(context, model, dataset, kto, Count), (batch, tokens) => batch.Take(tokens), preparation, warnings, scored),
            PairLoss pairs => Estimate(context, model, DescribePairs(context, model, dataset, pairs, Count), (batch, tokens) => batch.Take(tokens), preparation, warnings, scored),
            _ => throw NoTrainer(),
        };

        // What the values are changes nothing about what the steps take; some are computed, for the memory that this needs.
        ImmutableArray<float> Count(string name, string key, Func<int, SftExample> read)
        {
            int[] lengths = [.. Enumerable.Range(0, dataset.Store.Count).Select(i => read(i).InputIds.Length)];
            scored.AddRange(lengths);
            ScoreReference(context, model, name, key, ReferenceScorer.CountWithinBatch(lengths), read);
            return [.. new float[lengths.Length]];
        }
    }

    /// <inheritdoc/>
    public override TrainingPreview OpenPreview(StageContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using TrainedModel model = OpenModel(context);
        PreferenceDataset dataset = LoadData(context, model);
        try
        {
            return new TrainingPreview(dataset, dataset.Store, model.Text.Tokenizer, CreatePlan(context, dataset).PlanEpoch(0), Batch)
            {
                TrainingExamples = dataset.Training.Sum(group => group.PerEpoch),
                ValidationExamples = dataset.Validation.Length,
                RowCapacity = null,
            };
        }
        catch
        {
            dataset.Dispose();
            throw;
        }
    }

    private PreferenceDataset LoadData(StageContext context, TrainedModel model) => Loss is KtoLoss
        ? PreferenceDataset.LoadFeedback(Dataset, model.Text, CreateDataContext(context), context.CreateRandom("validation"), context.CancellationToken)
        : PreferenceDataset.LoadPairs(Dataset, model.Text, CreateDataContext(context), context.CreateRandom("validation"), context.CancellationToken);

    private BatchPlan CreatePlan(StageContext context, PreferenceDataset dataset) => BatchPlan.Create(dataset, Batch, context.CreateRandom("batches"));

    private InvalidOperationException NoTrainer() => new($"{Loss.GetType().Name} has no trainer.");

    private TrainingData<PairBatch> DescribePairs(StageContext context, TrainedModel model, PreferenceDataset dataset, PairLoss loss, ReferenceValues score)
    {
        ImmutableArray<float> reference = loss.NeedsReference ? score("answers", KeyOf(dataset), dataset.Store.Read) : [];
        return Describe(dataset, new PairTrainer(model.Model, loss), CreatePlan(context, dataset), plan => PreferenceBatchReader.Pairs(dataset, plan, reference));
    }

    private TrainingData<FeedbackBatch> DescribeFeedback(StageContext context, TrainedModel model, PreferenceDataset dataset, KtoLoss loss, ReferenceValues score)
    {
        ImmutableArray<int> trained = [.. dataset.Training.SelectMany(group => group.Examples)];
        MismatchedAnswers others = MismatchedAnswers.Create(dataset.Store, [trained, dataset.Validation], Dataset.MaxTokens, context.CreateRandom("mismatched"));
        ImmutableArray<float> reference = score("answers", KeyOf(dataset), dataset.Store.Read);
        string key = string.Create(CultureInfo.InvariantCulture, $"{KeyOf(dataset)}|{context.Recipe.Seed}|{context.StageName}|{Dataset.ValidationFraction}|{Dataset.ValidationRows}");
        ImmutableArray<float> mismatched = score("mismatched", key, others.Read);
        return Describe(dataset, new KtoTrainer(model.Model, loss), CreatePlan(context, dataset), plan => PreferenceBatchReader.Feedback(dataset, plan, others, reference, mismatched));
    }

    private TrainingData<TBatch> Describe<TBatch>(PreferenceDataset dataset, Trainer<TBatch> trainer, BatchPlan training, Func<BatchPlan, PreferenceBatches<TBatch>> read) => new()
    {
        Trainer = trainer,
        Training = read(training),
        Validation = BatchPlan.CreateValidation(dataset, Batch.Rows ?? 8) is { } validation ? read(validation) : null,
        Key = KeyOf(dataset),
        Examples = dataset.Training.Sum(group => (long)group.Examples.Length),
        ValidationExamples = dataset.Validation.Length,
        RowsDropped = dataset.Report.Dropped,
    };

    private static string KeyOf(PreferenceDataset dataset) => Path.GetFileName(dataset.Store.Path);

    private static ImmutableArray<float> ScoreReference(StageContext context, TrainedModel model, string name, string key, int count, Func<int, SftExample> read)
    {
        var run = context as RunContext; // a plan has nobody to report to
        var scorer = new ReferenceScorer(model.Model, model.Adapter, context.Files, Path.Combine(context.Folder, ReferenceFolder))
        {
            OnProgress = done => run?.ReportStep(done, count, ReferenceUnit),
            OnWarning = message => run?.Warn(message),
        };
        return scorer.Score(name, model.KeyWith(key), count, read, context.CancellationToken).Sums;
    }

    /// <summary>Gives the reference model's log-probability of every answer of the store, or of another one to its prompt.</summary>
    private delegate ImmutableArray<float> ReferenceValues(string name, string key, Func<int, SftExample> read);
}
