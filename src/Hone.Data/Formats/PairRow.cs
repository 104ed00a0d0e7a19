namespace Hone.Data.Formats;

/// <summary>Two answers to one prompt.</summary>
/// <param name="Chosen">The prompt with the preferred answer.</param>
/// <param name="Rejected">The same prompt with the other answer.</param>
public sealed record PairRow(TrainingRow Chosen, TrainingRow Rejected) : TrainingRow;
