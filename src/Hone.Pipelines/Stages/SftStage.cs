using Hone.Core.Recipes;
using Hone.Core.Stages;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Data.Packing;
using Hone.Training;
using Hone.Training.Trainers;

namespace Hone.Pipelines.Stages;

/// <summary>Supervised fine-tuning of a language model: an adapter on it, or all of its weights.</summary>
/// <remarks>Interrupted, it goes on from its newest checkpoint and gives the bytes that it would have given without the interruption.</remarks>
[Stage("sft")]
public sealed record SftStage : TrainingStage
{
    /// <summary>The data.</summary>
    public required SftDataOptions Dataset { get; init; }

    /// <summary>NEFTune: amplitude of the noise on token embeddings, e.g. 5; none when not given.</summary>
    [Positive]
    public double? NeftuneNoiseAlpha { get; init; }

    /// <summary>Share of the target that is spread over the vocabulary.</summary>
    [Range(0, 1, MaximumExcluded = true)]
    public double LabelSmoothing { get; init; }

    private protected override bool HasValidation => Dataset.HasValidation;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Run(RunContext context)
    {
        using TrainedModel model = OpenModel(context);
        using SftDataset dataset = LoadData(context, model);
        Prepare(context, model, dataset.Store);
        return Train(context, model, CreateData(context, model, dataset));
    }

    /// <inheritdoc/>
    public override StageEstimate Estimate(PlanContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        long start = context.Time.GetTimestamp();
        using TrainedModel model = OpenModel(context);
        using SftDataset dataset = LoadData(context, model);
        LoadWeights(context, model);
        TimeSpan preparation = context.Time.GetElapsedTime(start);
        return Estimate(context, model, CreateData(context, model, dataset), (batch, tokens) => batch.Take(tokens), preparation, WarningsOf(model, dataset.Store), referenceLengths: []);
    }

    /// <inheritdoc/>
    public override TrainingPreview OpenPreview(StageContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        using TrainedModel model = OpenModel(context);
        SftDataset dataset = LoadData(context, model);
        try
        {
            EpochPlan epoch = CreatePlan(context, dataset).PlanEpoch(0);
            return new TrainingPreview(dataset, dataset.Store, model.Text.Tokenizer, epoch, Batch)
            {
                TrainingExamples = dataset.Training.Sum(group => group.PerEpoch),
                ValidationExamples = dataset.Validation.Length,
                RowCapacity = Dataset.Packing == PackingStrategy.None ? null : Dataset.MaxTokens,
            };
        }
        catch
        {
            dataset.Dispose();
            throw;
        }
    }

    private protected override TrainingOptions CreateOptions() => base.CreateOptions() with { NeftuneNoiseAlpha = NeftuneNoiseAlpha };

    private SftDataset LoadData(StageContext context, TrainedModel model) =>
        SftDataset.Load(Dataset, model.Text, CreateDataContext(context), context.CreateRandom("validation"), context.CancellationToken);

    private BatchPlan CreatePlan(StageContext context, SftDataset dataset) => BatchPlan.Create(dataset, Dataset, Batch, context.CreateRandom("batches"));

    private TrainingData<SequenceBatch> CreateData(StageContext context, TrainedModel model, SftDataset dataset) => new()
    {
        Trainer = new SftTrainer(model.Model, LabelSmoothing),
        Training = SftBatches.ForTraining(dataset, CreatePlan(context, dataset)),
        Validation = SftBatches.ForValidation(dataset, Batch.Rows ?? 8),
        Key = Path.GetFileName(dataset.Store.Path),
        Examples = dataset.Training.Sum(group => (long)group.Examples.Length),
        ValidationExamples = dataset.Validation.Length,
        RowsDropped = dataset.Report.Dropped,
    };
}
