using Hone.Core.Stages;
using Hone.Training;

namespace Hone.Pipelines.Stages;

/// <summary>Puts what happens during training into a run's metrics and progress.</summary>
internal sealed class StageObserver(RunContext context) : ITrainingObserver
{
    private const string Unit = "steps";
    private long _total;

    /// <inheritdoc/>
    public void OnStep(StepReport report)
    {
        _total = report.TotalSteps;
        var metrics = new Dictionary<string, double>
        {
            ["loss"] = report.Loss,
            ["grad_norm"] = report.GradientNorm,
            ["learning_rate"] = report.LearningRates[0],
            ["epoch"] = report.Epoch,
            ["tokens"] = report.Tokens,
            ["label_tokens"] = report.Targets,
            ["tokens_per_second"] = report.Tokens / Math.Max(report.Seconds, 1e-9),
            ["memory_mib"] = Environment.WorkingSet / 1048576.0,
        };
        context.ReportStep(report.Step, report.TotalSteps, Unit, metrics);
    }

    /// <inheritdoc/>
    public void OnEvaluation(EvaluationReport report) =>
        context.ReportStep(report.Step, _total == 0 ? null : _total, Unit, new Dictionary<string, double> { ["validation_loss"] = report.Loss, ["validation_label_tokens"] = report.Targets });

    /// <inheritdoc/>
    public void OnWarning(string message) => context.Warn(message);
}
