using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Models.Adapters;
using Hone.Training.Trainers;

namespace Hone.Training;

/// <summary>Everything that a training works on.</summary>
/// <typeparam name="TBatch">What the trainer reads.</typeparam>
public sealed record TrainingRun<TBatch>
{
    /// <summary>The loss, and the model.</summary>
    public required Trainer<TBatch> Trainer { get; init; }

    /// <summary>What is trained, attached to the model; the model's own weights when <see langword="null"/>.</summary>
    public LoraAdapter? Adapter { get; init; }

    /// <summary>What to train on.</summary>
    public required IBatchSource<TBatch> Training { get; init; }

    /// <summary>What to evaluate on: its epoch 0; nothing when <see langword="null"/>.</summary>
    public IBatchSource<TBatch>? Validation { get; init; }

    /// <summary>How long and with what.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>Stream of dropout and noise; each micro-batch has one of its own below it.</summary>
    public required RandomStream Random { get; init; }

    /// <summary>Folder for saved states; none are saved when <see langword="null"/>.</summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>Stands for model, data and settings: a saved state of another run is refused.</summary>
    public string Key { get; init; } = "";

    /// <summary>File operations for saved states.</summary>
    public IFileSystem Files { get; init; } = new PhysicalFileSystem();

    /// <summary>The clock, for rates.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told what happens.</summary>
    public ITrainingObserver? Observer { get; init; }
}
