using System.Collections.Immutable;

namespace Hone.Training.References;

/// <summary>How likely the reference model finds answers.</summary>
/// <param name="Sums">Of each sequence the sum of its trained tokens' log-probabilities.</param>
/// <param name="Computed">How many of them were computed now; the others were read from the files of an earlier run.</param>
public sealed record ReferenceScores(ImmutableArray<float> Sums, int Computed);
