namespace Hone.Training;

/// <summary>The loss on the validation examples.</summary>
/// <param name="Step">Steps done before.</param>
/// <param name="Loss">Mean over all targets, without dropout or noise.</param>
/// <param name="Targets">Their number.</param>
/// <param name="IsBest">Whether no earlier loss was lower.</param>
public sealed record EvaluationReport(long Step, double Loss, long Targets, bool IsBest)
{
    /// <summary>What else the trainer reports about the examples.</summary>
    public StepFigures Figures { get; init; } = new();
}
