namespace Hone.Tensors.Kernels;

/// <summary>Cross-entropy of logits that exist already (classification heads, rerankers).</summary>
internal unsafe interface ICrossEntropyKernel
{
    /// <summary>Loss and, if asked for, the gradient of the logits.</summary>
    /// <param name="logits"><c>[tokens, classes]</c>, contiguous.</param>
    /// <param name="labels"><c>[tokens]</c>, each in [0, classes) or the ignored value.</param>
    /// <param name="tokenWeights"><c>[tokens]</c>, or null for ones.</param>
    /// <param name="tokens">Rows.</param>
    /// <param name="classes">Columns.</param>
    /// <param name="settings">Parts of the loss.</param>
    /// <param name="gradientScale">Multiplies the gradient.</param>
    /// <param name="dLogits">Receives the gradient, zero where no label is; may be <paramref name="logits"/>; null when not wanted.</param>
    /// <exception cref="ArgumentOutOfRangeException">A label lies outside the classes; the message names token and value. Nothing is written.</exception>
    CrossEntropySums Run(
        float* logits, long* labels, float* tokenWeights, long tokens, int classes, CrossEntropySettings settings, float gradientScale, float* dLogits);
}
