using Hone.Core.Recipes;
using Hone.Core.Stages;

namespace Hone.Cli.Rendering;

/// <summary>Writes what a run would do: every resolved value with its origin, and the files of each stage. The text is itself YAML.</summary>
internal static class DryRunText
{
    /// <summary>Writes the plan.</summary>
    public static void Write(RunPlan plan, string folder, TextWriter writer)
    {
        writer.Write(RecipePrinter.PrintWithOrigins(plan.Recipe.Resolved));
        writer.WriteLine();
        writer.WriteLine($"# would write {folder.Replace('\\', '/')}/");
        foreach (PlannedStage stage in plan.Stages)
        {
            writer.WriteLine($"#   {stage.Index}/{plan.StageCount} {stage.Name}: {string.Join(", ", stage.Stage.Outputs)}");
        }

        writer.WriteLine("# nothing was started");
    }
}
