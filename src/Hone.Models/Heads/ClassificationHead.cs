using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Heads;

/// <summary>Turns the hidden states of a sequence into scores of classes.</summary>
public abstract class ClassificationHead : Module
{
    /// <param name="hidden">f32 <c>[tokens, hidden]</c>.</param>
    /// <param name="input">The tokens and where the sequences begin.</param>
    /// <returns>f32 <c>[sequences, labels]</c>.</returns>
    public abstract Tensor Forward(Tensor hidden, EncoderInput input);
}
