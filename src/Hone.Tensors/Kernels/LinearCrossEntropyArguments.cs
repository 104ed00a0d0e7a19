namespace Hone.Tensors.Kernels;

/// <summary>Operands of one <see cref="ILinearCrossEntropyKernel"/> call; all f32 and contiguous.</summary>
internal readonly unsafe struct LinearCrossEntropyArguments
{
    /// <summary><c>[tokens, hiddenSize]</c>.</summary>
    public required float* Hidden { get; init; }

    /// <summary>The output head, <c>[vocabulary, hiddenSize]</c>.</summary>
    public required float* Weight { get; init; }

    /// <summary><c>[tokens]</c>, each in [0, vocabulary) or the ignored value.</summary>
    public required long* Labels { get; init; }

    /// <summary><c>[tokens]</c> weights of the tokens, or null for ones.</summary>
    public float* TokenWeights { get; init; }

    /// <summary>Rows of <see cref="Hidden"/>.</summary>
    public required long Tokens { get; init; }

    /// <summary>Columns of <see cref="Hidden"/>.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Rows of <see cref="Weight"/>.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Multiplies the gradients.</summary>
    public float GradientScale { get; init; }

    /// <summary>Receives the gradient of <see cref="Hidden"/>, zero where no label is; null when not wanted.</summary>
    public float* DHidden { get; init; }

    /// <summary>Receives the gradient of <see cref="Weight"/>; null when not wanted.</summary>
    public float* DWeight { get; init; }

    /// <summary>Receives <c>lse − z_y</c> of each token, zero where no label is; null when not wanted.</summary>
    public float* TokenNegativeLogLikelihoods { get; init; }
}
