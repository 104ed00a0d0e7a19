namespace Hone.Training;

/// <summary>Where a run is, besides its parameters and the optimizer's state.</summary>
internal sealed record TrainingProgress
{
    /// <summary>Optimizer steps done.</summary>
    public long Step { get; init; }

    /// <summary>Number of the epoch that the next micro-batch belongs to.</summary>
    public int Epoch { get; init; }

    /// <summary>Number of the next micro-batch in that epoch.</summary>
    public int Batch { get; init; }

    /// <summary>Tokens run through the model.</summary>
    public long Tokens { get; init; }

    /// <summary>Targets trained on.</summary>
    public long Targets { get; init; }

    /// <summary>Loss of the last step.</summary>
    public double? Loss { get; init; }

    /// <summary>Loss on the validation examples before the first step.</summary>
    public double? InitialEvaluation { get; init; }

    /// <summary>The step after which the model was evaluated last.</summary>
    public long EvaluatedStep { get; init; }

    /// <summary>The latest loss on the validation examples.</summary>
    public double? LastEvaluation { get; init; }

    /// <summary>The lowest loss on the validation examples so far.</summary>
    public double? BestEvaluation { get; init; }

    /// <summary>The step after which that was.</summary>
    public long BestStep { get; init; }

    /// <summary>Evaluations since then.</summary>
    public int WorseEvaluations { get; init; }
}
