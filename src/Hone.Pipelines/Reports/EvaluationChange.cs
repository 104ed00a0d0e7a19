using Hone.Evaluation.Pairing;

namespace Hone.Pipelines.Reports;

/// <summary>Two evaluations of a run that asked the same questions.</summary>
/// <param name="First">Name of the earlier stage.</param>
/// <param name="Second">Name of the later stage.</param>
/// <param name="Pairing">Their answers, paired.</param>
public sealed record EvaluationChange(string First, string Second, AnswerPairing Pairing);
