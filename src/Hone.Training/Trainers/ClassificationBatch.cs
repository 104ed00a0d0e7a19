using System.Collections.Immutable;

namespace Hone.Training.Trainers;

/// <summary>Sequences with a label each.</summary>
/// <param name="InputIds">Token ids of all sequences, one behind the other, <c>[tokens]</c>.</param>
/// <param name="SequenceLengths">Tokens of each sequence.</param>
/// <param name="Labels">Of each sequence the number of its class, or the score it should get from a model with one label.</param>
/// <param name="RowIndices">Of each sequence the number of the row that it came from.</param>
public sealed record ClassificationBatch(ImmutableArray<int> InputIds, ImmutableArray<int> SequenceLengths, ImmutableArray<float> Labels, ImmutableArray<long> RowIndices);
