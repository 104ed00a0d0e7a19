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
        PublishReport(context, dataset.Report);
        LoadWeights(context, model);
        if (FindTooLong(model, dataset.Store) is { } warning)
        {
            context.Warn(warning);
        }

        BatchPlan training = CreatePlan(context, dataset);
        BatchPlan? validation = BatchPlan.CreateValidation(dataset, Batch.Rows ?? 8);
        return Loss switch
        {
            KtoLoss kto => TrainOnFeedback(context, model, dataset, kto, training, validation),
            PairLoss pairs => TrainOnPairs(context, model, dataset, pairs, training, validation),
            _ => throw new InvalidOperationException($"{Loss.GetType().Name} has no trainer."),
        };
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

    private Dictionary<string, double> TrainOnPairs(RunContext context, TrainedModel model, PreferenceDataset dataset, PairLoss loss, BatchPlan training, BatchPlan? validation)
    {
        ImmutableArray<float> reference = loss.NeedsReference ? ScoreReference(context, model, "answers", KeyOf(dataset), dataset.Store.Count, dataset.Store.Read) : [];
        return Train(context, model, Describe(
            dataset, new PairTrainer(model.Model, loss), PreferenceBatchReader.Pairs(dataset, training, reference), validation is null ? null : PreferenceBatchReader.Pairs(dataset, validation, reference)));
    }

    private Dictionary<string, double> TrainOnFeedback(RunContext context, TrainedModel model, PreferenceDataset dataset, KtoLoss loss, BatchPlan training, BatchPlan? validation)
    {
        ImmutableArray<int> trained = [.. dataset.Training.SelectMany(group => group.Examples)];
        MismatchedAnswers others = MismatchedAnswers.Create(dataset.Store, [trained, dataset.Validation], Dataset.MaxTokens, context.CreateRandom("mismatched"));
        ImmutableArray<float> reference = ScoreReference(context, model, "answers", KeyOf(dataset), dataset.Store.Count, dataset.Store.Read);
        ImmutableArray<float> mismatched = ScoreReference(context, model, "mismatched", string.Create(CultureInfo.InvariantCulture, $"{KeyOf(dataset)}|{context.Recipe.Seed}|{context.StageName}|{Dataset.ValidationFraction}|{Dataset.ValidationRows}"), dataset.Store.Count, others.Read);
        return Train(context, model, Describe(
            dataset, new KtoTrainer(model.Model, loss), PreferenceBatchReader.Feedback(dataset, training, others, reference, mismatched),
            validation is null ? null : PreferenceBatchReader.Feedback(dataset, validation, others, reference, mismatched)));
    }

    private static TrainingData<TBatch> Describe<TBatch>(PreferenceDataset dataset, Trainer<TBatch> trainer, PreferenceBatches<TBatch> training, PreferenceBatches<TBatch>? validation) => new()
    {
        Trainer = trainer,
        Training = training,
        Validation = validation,
        Key = KeyOf(dataset),
        Examples = dataset.Training.Sum(group => (long)group.Examples.Length),
        ValidationExamples = dataset.Validation.Length,
        RowsDropped = dataset.Report.Dropped,
    };

    private static string KeyOf(PreferenceDataset dataset) => Path.GetFileName(dataset.Store.Path);

    private static ImmutableArray<float> ScoreReference(RunContext context, TrainedModel model, string name, string key, int count, Func<int, SftExample> read)
    {
        var scorer = new ReferenceScorer(model.Model, model.Adapter, context.Files, Path.Combine(context.Folder, ReferenceFolder))
        {
            OnProgress = done => context.ReportStep(done, count, ReferenceUnit),
            OnWarning = context.Warn,
        };
        return scorer.Score(name, model.KeyWith(key), count, read, context.CancellationToken).Sums;
    }
}
