using Hone.Core.Stages;
using Hone.Pipelines.Reports;
using Hone.Training;

namespace Hone.Pipelines.Stages;

/// <summary>Puts what happens during training into a run's metrics and progress.</summary>
internal sealed class StageObserver(RunContext context, TensorBoardWriter board) : ITrainingObserver
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
        foreach ((string name, double value) in report.Figures)
        {
            metrics[name] = value;
        }

        Report(report.Step, report.TotalSteps, metrics);
    }

    /// <inheritdoc/>
    public void OnEvaluation(EvaluationReport report)
    {
        var metrics = new Dictionary<string, double> { ["validation_loss"] = report.Loss, ["validation_label_tokens"] = report.Targets };
        foreach ((string name, double value) in report.Figures)
        {
            metrics[$"validation_{name}"] = value;
        }

        Report(report.Step, _total == 0 ? null : _total, metrics);
    }

    /// <inheritdoc/>
    public void OnWarning(string message) => context.Warn(message);

    private void Report(long step, long? total, Dictionary<string, double> metrics)
    {
        board.Write(step, metrics.Select(metric => KeyValuePair.Create($"train/{metric.Key}", metric.Value)));
        context.ReportStep(step, total, Unit, metrics);
    }
}
