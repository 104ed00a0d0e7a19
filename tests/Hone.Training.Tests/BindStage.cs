using Hone.Core.Stages;
using Hone.Training.Losses;
using Hone.Training.Optimizers;
using Hone.Training.Schedules;

namespace Hone.Training.Tests;

/// <summary>A stage with the keys that training stages have, to bind them from text.</summary>
[Stage("bind")]
public sealed record BindStage : Stage
{
    public OptimizerOptions Optimizer { get; init; } = new AdamWOptions { LearningRate = 1e-3 };

    public Schedule Schedule { get; init; } = new LinearSchedule();

    public GradientClipping MaxGradNorm { get; init; } = new();

    public DpoLoss Loss { get; init; } = new();

    public GrpoLoss Policy { get; init; } = new();

    public override IReadOnlyList<string> Outputs => [];

    public override IReadOnlyDictionary<string, double> Run(RunContext context) => throw new InvalidOperationException("not run in these tests");
}
