namespace Hone.Tensors.Kernels;

/// <summary>Output head and cross-entropy in one: the logits of all tokens never exist at once, and only labelled tokens are computed.</summary>
internal interface ILinearCrossEntropyKernel
{
    /// <summary>Loss, and the gradients that are asked for, in one run over the logits.</summary>
    /// <remarks>The same bits for every thread count.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A label lies outside the vocabulary; the message names token and value. Nothing is written.</exception>
    CrossEntropySums Run(in LinearCrossEntropyArguments arguments, CrossEntropySettings settings);
}
