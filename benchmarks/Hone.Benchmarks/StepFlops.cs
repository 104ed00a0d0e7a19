namespace Hone.Benchmarks;

/// <summary>Arithmetic of a training step of SmolLM2-135M's shape with LoRA of rank 16 on all linear layers, rows of 256 tokens.</summary>
internal static class StepFlops
{
    private const double Hidden = 576, KeyWidth = 192, Intermediate = 1536, Layers = 30, Vocabulary = 49_152, Rank = 16, Tokens = 256;

    /// <summary>Floating-point operations a token that the mathematics needs, two a multiply-add; norms, softmax and the like are left out.</summary>
    /// <remarks>
    /// Frozen weights are multiplied once forward and once for the gradient of their input; a factor of an update once forward and twice back;
    /// causal attention takes two products forward and five back, over half of the square.
    /// </remarks>
    /// <param name="isCheckpointed">Whether every layer runs forward twice.</param>
    public static double PerToken(bool isCheckpointed)
    {
        double weights = Layers * ((2 * Hidden * Hidden) + (2 * Hidden * KeyWidth) + (3 * Hidden * Intermediate));
        double updates = Layers * Rank * ((2 * (Hidden + Hidden)) + (2 * (Hidden + KeyWidth)) + (3 * (Hidden + Intermediate)));
        double attention = Layers * Hidden * (Tokens + 1) / 2; // one product, multiply-adds
        double forward = 2 * (weights + updates + (2 * attention));
        double backward = 2 * (weights + (2 * updates) + (5 * attention));
        return forward + backward + (4 * Hidden * Vocabulary) + (isCheckpointed ? forward : 0);
    }
}
