using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Stages;

namespace Hone.Core.Tests.Recipes;

public sealed class OptimizerAttribute(string name) : RegisteredAttribute("optimizer", name);

/// <summary>Base of the test optimizers.</summary>
[Polymorphic("optimizer")]
public abstract record OptimizerOptions
{
    /// <summary>Step size.</summary>
    [Positive]
    public required float LearningRate { get; init; }
}

/// <summary>Adam with decoupled weight decay. A second sentence.</summary>
[Optimizer("adamw")]
public sealed record AdamWOptions : OptimizerOptions
{
    /// <summary>Decay rates of the moments, below <c>1</c>.</summary>
    [Count(2, 2)]
    [Range(0, 1, MaximumExcluded = true)]
    public IReadOnlyList<double> Betas { get; init; } = [0.9, 0.999];

    /// <summary>Added to the denominator.</summary>
    [Positive]
    public double Eps { get; init; } = 1e-8;

    /// <summary>Decay of the weights.</summary>
    [NonNegative]
    public double WeightDecay { get; init; } = 0.01;
}

/// <summary>Plain gradient descent.</summary>
[Optimizer("sgd")]
public sealed record SgdOptions : OptimizerOptions
{
    /// <summary>Share of the last update that is kept.</summary>
    [Range(0, 1)]
    public double Momentum { get; init; }

    /// <summary>Whether to look ahead.</summary>
    public bool Nesterov { get; init; }
}

public enum LossReduction
{
    Mean,
    PerToken,
}

/// <summary>How many rows go into a step.</summary>
public sealed record BatchOptions
{
    /// <summary>Rows in memory at once.</summary>
    [Positive]
    public int Micro { get; init; } = 1;

    /// <summary>Micro-batches a step.</summary>
    [Positive]
    public int Accumulate { get; init; } = 8;
}

/// <summary>A stage that covers every kind of value.</summary>
[Stage("tune")]
public sealed record TuneStage : Stage
{
    public FileSource? Input { get; init; }

    public required OptimizerOptions Optimizer { get; init; }

    public BatchOptions Batch { get; init; } = new() { Micro = 4 };

    public LossReduction Reduction { get; init; } = LossReduction.PerToken;

    [Positive]
    public TimeSpan? Timeout { get; init; }

    public IReadOnlyList<string> Targets { get; init; } = ["q_proj", "v_proj"];

    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

    public IReadOnlyList<BatchOptions> Phases { get; init; } = [];

    public long Limit { get; init; } = 100;

    public string? Note { get; init; }

    public override IReadOnlyList<string> Outputs => ["model.bin"];

    public override IReadOnlyDictionary<string, double> Run(RunContext context) => throw new InvalidOperationException("not run in these tests");
}
