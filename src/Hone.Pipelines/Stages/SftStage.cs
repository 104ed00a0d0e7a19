using Hone.Core.Recipes;
using Hone.Core.Stages;
using Hone.Data.Collators;
using Hone.Data.Datasets;
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
        using TrainedModel model = TrainedModel.Open(RequireModel(context));
        using SftDataset dataset = SftDataset.Load(Dataset, model.Text, CreateDataContext(context), context.CreateRandom("validation"), context.CancellationToken);
        PublishReport(context, dataset.Report);
        LoadWeights(context, model, dataset.Store);
        return Train(context, model, new TrainingData<SequenceBatch>
        {
            Trainer = new SftTrainer(model.Model, LabelSmoothing),
            Training = SftBatches.ForTraining(dataset, BatchPlan.Create(dataset, Dataset, Batch, context.CreateRandom("batches"))),
            Validation = SftBatches.ForValidation(dataset, Batch.Rows ?? 8),
            Key = Path.GetFileName(dataset.Store.Path),
            Examples = dataset.Training.Sum(group => (long)group.Examples.Length),
            ValidationExamples = dataset.Validation.Length,
            RowsDropped = dataset.Report.Dropped,
        });
    }

    private protected override TrainingOptions CreateOptions() => base.CreateOptions() with { NeftuneNoiseAlpha = NeftuneNoiseAlpha };
}
