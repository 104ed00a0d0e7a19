using Hone.Data.Datasets;

namespace Hone.Data.Collators;

/// <summary>A sequence that goes into a batch.</summary>
/// <param name="Example">Its tokens and labels.</param>
/// <param name="RowIndex">Number of the row it came from.</param>
public readonly record struct SequencePiece(SftExample Example, long RowIndex);
