namespace Hone.Tensors.Kernels;

/// <summary>Fused attention that holds no score matrix: memory beyond its operands grows linearly with the sequence.</summary>
internal interface IAttentionKernel
{
    /// <summary>Computes the outputs and, per row and head, the log-sum-exp of the scores that <see cref="Backward"/> needs.</summary>
    /// <param name="problem">Operands and rules.</param>
    /// <param name="output">Receives the rows of every sequence, <c>[batch, heads, rows, valueDim]</c>; overlaps no operand.</param>
    /// <param name="logSumExp">Receives one element per row and head, or is empty when no backward pass follows.</param>
    void Forward(AttentionProblem<float> problem, AttentionView<float> output, AttentionView<float> logSumExp);

    /// <summary>Computes the gradients asked for from the operands, the output and the log-sum-exp.</summary>
    void Backward(AttentionProblem<float> problem, AttentionGradients<float> gradients);
}
