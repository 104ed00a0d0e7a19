using Hone.Training.Optimizers;
using Hone.Training.Schedules;

namespace Hone.Training;

/// <summary>How long and with what a model is trained. Recipes have these settings as keys of their training stages, which check their ranges.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the data; ignored when <c>max_steps</c> is given.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Optimizer steps after which training ends, whatever the number of epochs.</summary>
    public long? MaxSteps { get; init; }

    /// <summary>Micro-batches that one optimizer step adds up. The loss is a mean over the labels of all of them, so 8 × 1 and 1 × 8 rows are the same.</summary>
    public int GradientAccumulation { get; init; } = 1;

    /// <summary>The optimizer and its learning rate.</summary>
    public OptimizerOptions Optimizer { get; init; } = new AdamWOptions { LearningRate = 2e-4, WeightDecay = 0 };

    /// <summary>How the learning rate changes over the run.</summary>
    public Schedule Schedule { get; init; } = new CosineSchedule { WarmupRatio = 0.03 };

    /// <summary>Limit of the gradient's length.</summary>
    public GradientClipping Clip { get; init; } = new();

    /// <summary>Whether activations are computed again in the backward pass instead of being kept: less memory, about a third more time.</summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>NEFTune: amplitude of the noise on token embeddings, e.g. 5; none when not given.</summary>
    public double? NeftuneNoiseAlpha { get; init; }

    /// <summary>Evaluation during training.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>Saving of the run's state.</summary>
    public CheckpointOptions Checkpoints { get; init; } = new();
}
