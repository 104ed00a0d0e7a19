namespace Hone.Core.Stages;

/// <summary>Runs the stages one after another in this process.</summary>
[Executor("local")]
public sealed record LocalExecutor : Executor
{
    /// <inheritdoc/>
    public override void Execute(RunSession session, CancellationToken cancellationToken)
    {
        foreach (PlannedStage stage in session.Plan.Stages)
        {
            session.RunStage(stage, cancellationToken);
        }
    }
}
