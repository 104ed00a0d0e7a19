using Hone.Core.Recipes;

namespace Hone.Training;

/// <summary>When the loss on the validation examples is measured, and what follows from it.</summary>
public sealed record EvaluationOptions : ICheckedOptions
{
    /// <summary>Steps between two evaluations; the last step is always evaluated. Null for that one alone.</summary>
    [Positive]
    public long? EverySteps { get; init; }

    /// <summary>Whether the model is evaluated before the first step.</summary>
    public bool AtStart { get; init; } = true;

    /// <summary>Whether the result is the model of the evaluation with the lowest loss instead of the last one.</summary>
    public bool KeepBest { get; init; }

    /// <summary>Evaluations without a lower loss after which training stops; null to go on to the end.</summary>
    [Positive]
    public int? Patience { get; init; }

    /// <summary>How much lower a loss must be to count as lower.</summary>
    [NonNegative]
    public double MinDelta { get; init; }

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        if (Patience is not null && EverySteps is null)
        {
            checks.Report(nameof(Patience), "'patience' counts evaluations, but there is only one, at the end", "add every_steps: 50");
        }
    }
}
