namespace Hone.Training.Benchmarking;

/// <summary>What a training step works on when its speed is measured.</summary>
public sealed record StepBenchmarkOptions
{
    /// <summary>Rows of a micro-batch.</summary>
    public int Rows { get; init; } = 8;

    /// <summary>Tokens of each row; all but the first are labels.</summary>
    public int Tokens { get; init; } = 256;

    /// <summary>Micro-batches of a step.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Rank of the LoRA updates on all linear layers; every weight of the model is trained when it is 0.</summary>
    public int Rank { get; init; } = 16;

    /// <summary>Whether activations are computed again in the backward pass.</summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>Steps that are measured, after one that is not.</summary>
    public int Steps { get; init; } = 3;
}
