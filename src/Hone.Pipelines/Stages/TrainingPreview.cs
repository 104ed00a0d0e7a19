using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Processors.Tokenizers;

namespace Hone.Pipelines.Stages;

/// <summary>The data of a training stage as it would be trained on, for a person to look at before the run.</summary>
public sealed class TrainingPreview : IDisposable
{
    private readonly IDisposable _owner;

    internal TrainingPreview(IDisposable owner, ExampleStore examples, Tokenizer tokenizer, EpochPlan epoch, TrainingBatchOptions batch)
    {
        _owner = owner;
        Examples = examples;
        Tokenizer = tokenizer;
        Batches = epoch.CreateStatistics();
        StepsPerEpoch = (Batches.Batches + batch.Accumulate - 1) / batch.Accumulate;
        Steps = batch.MaxSteps;
        Epochs = batch.Epochs;
    }

    /// <summary>All examples, those to validate on included.</summary>
    public ExampleStore Examples { get; }

    /// <summary>The model's tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The batches of the first epoch.</summary>
    public BatchStatistics Batches { get; }

    /// <summary>Number of examples to train on that an epoch takes.</summary>
    public required long TrainingExamples { get; init; }

    /// <summary>Number of examples to validate on.</summary>
    public required long ValidationExamples { get; init; }

    /// <summary>Tokens that a row may have, when several examples share one; else <see langword="null"/>.</summary>
    public required int? RowCapacity { get; init; }

    /// <summary>Optimizer steps of the first epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Optimizer steps of the whole run where the recipe gives them, in place of <see cref="Epochs"/>.</summary>
    public long? Steps { get; }

    /// <summary>Passes over the data.</summary>
    public int Epochs { get; }

    /// <summary>Closes the examples.</summary>
    public void Dispose() => _owner.Dispose();
}
