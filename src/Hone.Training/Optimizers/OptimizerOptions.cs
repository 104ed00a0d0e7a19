using Hone.Core.Recipes;

namespace Hone.Training.Optimizers;

/// <summary>Which optimizer trains the model, with its settings.</summary>
/// <remarks>A new optimizer is an options record with <see cref="OptimizerAttribute"/> and the <see cref="Optimizer"/> that it creates.</remarks>
[Polymorphic(OptimizerAttribute.OptimizerKind)]
public abstract record OptimizerOptions : ICheckedOptions
{
    /// <summary>Step size before the schedule.</summary>
    [Positive]
    public required double LearningRate { get; init; }

    /// <summary>Decay of the weights; biases and norms are left out.</summary>
    [NonNegative]
    public double WeightDecay { get; init; }

    /// <summary>LoRA+: how much larger the learning rate of the B matrices is than that of the A matrices.</summary>
    [Positive]
    public double? LoraplusLrRatio { get; init; }

    /// <summary>LoRA+: learning rate of updates on embeddings, 1e-6 when not given.</summary>
    [Positive]
    public double? LoraplusLrEmbedding { get; init; }

    /// <inheritdoc/>
    public virtual void Check(OptionChecks checks)
    {
        if (LoraplusLrEmbedding is not null && LoraplusLrRatio is null)
        {
            checks.Report(nameof(LoraplusLrEmbedding), "'loraplus_lr_embedding' is given without 'loraplus_lr_ratio'", "add loraplus_lr_ratio: 16, or leave it out");
        }
    }

    /// <summary>Makes the optimizer for groups of parameters; it uses the groups' weight decay, which <see cref="ParameterGroups"/> takes from here.</summary>
    /// <exception cref="TrainingException">A parameter is in two groups or of a type that is not trained, or two share a name.</exception>
    public abstract Optimizer Create(IReadOnlyList<ParameterGroup> groups);
}
