using Hone.Core.Errors;
using Hone.Core.Stages;

namespace Hone.Cli.Rendering;

/// <summary>What a stage says before a run, or why it cannot.</summary>
/// <param name="Estimate">What it says; <see langword="null"/> when it makes no estimates, or cannot make this one.</param>
/// <param name="Reason">Why not; <see langword="null"/> when it can or never does.</param>
/// <param name="Error">What would end the run; <see langword="null"/> when nothing was found.</param>
internal sealed record DryRunEstimate(StageEstimate? Estimate, string? Reason, HoneException? Error)
{
    /// <summary>Asks a stage.</summary>
    public static DryRunEstimate Ask(CliHost host, RunPlan plan, PlannedStage stage, string? runFolder)
    {
        try
        {
            using var context = new PlanContext(plan, stage, runFolder, host.Files, host.Time, host.Cancellation);
            return new DryRunEstimate(stage.Stage.Estimate(context), null, null);
        }
        catch (InputNotMadeException e)
        {
            return new DryRunEstimate(null, $"stage '{e.From}' has to run first", null);
        }
        catch (HoneException e)
        {
            return new DryRunEstimate(null, e.What, e);
        }
    }
}
