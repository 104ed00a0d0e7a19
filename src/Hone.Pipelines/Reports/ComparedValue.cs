namespace Hone.Pipelines.Reports;

/// <summary>One value in two runs.</summary>
/// <param name="Name">What it is: a path in the recipe, or a stage and its figure.</param>
/// <param name="First">The value in the first run; <see langword="null"/> where it has none.</param>
/// <param name="Second">The value in the second run.</param>
public sealed record ComparedValue(string Name, string? First, string? Second);
