namespace Hone.Evaluation.Graders;

/// <summary>A verdict about an answer.</summary>
/// <param name="Score">From 0, wrong, to 1, right.</param>
/// <param name="Extracted">The part of the output that was compared; <see langword="null"/> when there was none.</param>
/// <param name="Why">What decided, in words.</param>
public readonly record struct Grade(double Score, string? Extracted, string Why);
