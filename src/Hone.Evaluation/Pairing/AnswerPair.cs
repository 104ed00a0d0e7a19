namespace Hone.Evaluation.Pairing;

/// <summary>Two answers to one question.</summary>
/// <param name="First">The first model's.</param>
/// <param name="Second">The second model's.</param>
public sealed record AnswerPair(EvaluationRecord First, EvaluationRecord Second);
