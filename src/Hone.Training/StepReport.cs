using System.Collections.Immutable;

namespace Hone.Training;

/// <summary>What one optimizer step did.</summary>
/// <param name="Step">Number of the step, from 1.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
/// <param name="Epoch">Epochs done after the step, with a fraction.</param>
/// <param name="Loss">Mean over all targets of the step.</param>
/// <param name="MicroLosses">The share of each micro-batch; they add up to the loss.</param>
/// <param name="GradientNorm">Length of the gradient before clipping.</param>
/// <param name="LearningRates">The rate that was used, of each parameter group.</param>
/// <param name="Tokens">Tokens run through the model in the step.</param>
/// <param name="Targets">Targets of the step.</param>
/// <param name="TotalTokens">Tokens run through the model since the beginning of the run.</param>
/// <param name="Seconds">Wall-clock time of the step.</param>
public sealed record StepReport(
    long Step, long TotalSteps, double Epoch, double Loss, ImmutableArray<double> MicroLosses, double GradientNorm, ImmutableArray<double> LearningRates,
    long Tokens, long Targets, long TotalTokens, double Seconds)
{
    /// <summary>What else the trainer reports about the step.</summary>
    public StepFigures Figures { get; init; } = new();
}
