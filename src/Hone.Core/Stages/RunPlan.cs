using Hone.Core.Errors;
using Hone.Core.Recipes;
using Hone.Core.Registry;

namespace Hone.Core.Stages;

/// <summary>The stages of a recipe that a session runs, in order.</summary>
/// <param name="Recipe">The recipe.</param>
/// <param name="Stages">The stages to run.</param>
public sealed record RunPlan(LoadedRecipe Recipe, IReadOnlyList<PlannedStage> Stages)
{
    /// <summary>Number of stages in the recipe, including those left out.</summary>
    public int StageCount => Recipe.Recipe.Stages.Count;

    /// <summary>Plans a recipe.</summary>
    /// <param name="recipe">The checked recipe.</param>
    /// <param name="only">The single stage to run; <see langword="null"/> for all.</param>
    /// <exception cref="UnknownPartException">The recipe has no stage of that name.</exception>
    public static RunPlan Create(LoadedRecipe recipe, string? only)
    {
        PlannedStage[] all = [.. recipe.Recipe.Stages.Select((stage, i) => new PlannedStage(stage.Key, stage.Value, i + 1))];
        if (only is null)
        {
            return new RunPlan(recipe, all);
        }

        return new RunPlan(recipe, [Array.Find(all, stage => stage.Name == only) ?? throw new UnknownPartException(
            $"The recipe has no stage '{only}'.",
            $"nearest: {string.Join(", ", NearestNames.Rank(only, all.Select(stage => stage.Name)))}",
            "hone run RECIPE --dry-run prints all stages")]);
    }

    /// <summary>Refuses a device that this machine does not have.</summary>
    /// <param name="devices">Names of the devices there are.</param>
    /// <exception cref="HoneException">The recipe asks for another device.</exception>
    public void RequireDevice(IReadOnlyList<string> devices)
    {
        DeviceSelection device = Recipe.Recipe.Device;
        if (device != DeviceSelection.Auto && !devices.Contains(device.Name))
        {
            throw new HoneException(
                $"The device '{device.Name}' is not available.", facts: $"this machine has: {string.Join(", ", devices)}", fix: "--set device=auto takes the best there is");
        }
    }
}
