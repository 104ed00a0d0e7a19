namespace Hone.Training;

/// <summary>How a training ended.</summary>
/// <param name="Steps">Optimizer steps, those before an interruption included.</param>
/// <param name="Tokens">Tokens run through the model.</param>
/// <param name="Targets">Targets trained on.</param>
/// <param name="FinalLoss">Loss of the last step; null when there was none.</param>
/// <param name="InitialEvaluation">Loss on the validation examples before the first step, if it was measured.</param>
/// <param name="FinalEvaluation">The same of the model that is the result.</param>
/// <param name="ResultStep">Step whose model is the result.</param>
/// <param name="StoppedEarly">Whether the loss on the validation examples had stopped falling.</param>
public sealed record TrainingResult(
    long Steps, long Tokens, long Targets, double? FinalLoss, double? InitialEvaluation, double? FinalEvaluation, long ResultStep, bool StoppedEarly);
