namespace Hone.Data.Formats;

/// <summary>An answer and what was thought of it.</summary>
/// <param name="Answer">The prompt with the answer.</param>
/// <param name="IsDesirable">Whether it is a good answer.</param>
public sealed record FeedbackRow(TrainingRow Answer, bool IsDesirable) : TrainingRow;
