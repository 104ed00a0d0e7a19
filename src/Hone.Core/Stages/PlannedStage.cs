namespace Hone.Core.Stages;

/// <summary>A stage in its place in a run.</summary>
/// <param name="Name">Its name in the recipe.</param>
/// <param name="Stage">What it does.</param>
/// <param name="Index">Its place among the recipe's stages, from 1.</param>
public sealed record PlannedStage(string Name, Stage Stage, int Index);
