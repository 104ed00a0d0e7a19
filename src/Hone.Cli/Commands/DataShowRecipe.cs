using Hone.Cli.Rendering;
using Hone.Core.Recipes;
using Hone.Core.Stages;
using Hone.Pipelines.Stages;

namespace Hone.Cli.Commands;

/// <summary><c>hone data show RECIPE</c>: the data of a recipe's training stages as it would be trained on.</summary>
internal static class DataShowRecipe
{
    /// <summary>Whether an argument is a recipe rather than data.</summary>
    public static bool IsRecipe(string path) => Path.GetExtension(path).ToLowerInvariant() is ".yaml" or ".yml";

    /// <summary>Shows the data of one stage, or of all that train.</summary>
    /// <param name="host">The surroundings.</param>
    /// <param name="path">The recipe.</param>
    /// <param name="sets">The <c>--set</c> arguments.</param>
    /// <param name="name">The stage; <see langword="null"/> for every stage that trains.</param>
    /// <param name="rows">Examples to print.</param>
    /// <param name="isJson">Whether to write JSON.</param>
    public static int Show(CliHost host, string path, string[] sets, string? name, int rows, bool isJson)
    {
        LoadedRecipe recipe = host.CreateRecipeReader().Read(path, sets);
        RunPlan plan = RunPlan.Create(recipe, name);
        PlannedStage[] stages = [.. plan.Stages.Where(stage => stage.Stage is TrainingStage)];
        if (stages.Length == 0)
        {
            throw new UsageException(
                name is null ? $"No stage of '{path}' trains on data." : $"The stage '{name}' does not train on data.", "hone data show FILE --model MODEL shows a file");
        }

        bool isShown = false;
        foreach (PlannedStage stage in stages)
        {
            try
            {
                Show(host, plan, stage, stages.Length > 1, rows, isJson);
                isShown = true;
            }
            catch (InputNotMadeException e) when (name is null && (isShown || stage != stages[^1]))
            {
                host.Error.WriteLine($"warning: stage '{stage.Name}' is left out: {e.What} {e.Fix}");
            }
        }

        return ExitCodes.Done;
    }

    private static void Show(CliHost host, RunPlan plan, PlannedStage stage, bool isOneOfMany, int rows, bool isJson)
    {
        using var context = new PlanContext(plan, stage, null, host.Files, host.Time, host.Cancellation) { ResolveModel = model => ModelArgument.Resolve(host, model) };
        using TrainingPreview preview = ((TrainingStage)stage.Stage).OpenPreview(context); // chosen by that type
        if (isJson)
        {
            host.Out.WriteLine(DatasetText.WriteJson(preview.Examples, preview.Tokenizer, rows, stage.Name, preview));
            return;
        }

        if (isOneOfMany)
        {
            host.Out.WriteLine($"stage {stage.Name}");
        }

        DatasetText.Write(preview.Examples, preview.Tokenizer, rows, host.Out, host.IsOutTerminal);
        DatasetText.WriteBatches(preview, host.Out);
        foreach (string warning in preview.Examples.Report.CreateWarnings())
        {
            host.Error.WriteLine($"warning: {warning}");
        }
    }
}
