using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Heads;

/// <summary>A two-layer classifier on the first token: RoBERTa, XLM-R and DeBERTa.</summary>
public sealed class FirstTokenHead : ClassificationHead
{
    private readonly Linear _dense, _output;
    private readonly Activation _activation;

    /// <summary>Takes the two layers.</summary>
    /// <param name="dense">From hidden to hidden.</param>
    /// <param name="activation">Between the layers.</param>
    /// <param name="output">From hidden to the labels.</param>
    public FirstTokenHead(Linear dense, Activation activation, Linear output)
    {
        _dense = Child(dense);
        _activation = activation;
        _output = Child(output);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor hidden, EncoderInput input) =>
        _output.Forward(_activation.Apply(_dense.Forward(SequencePooling.First(hidden, input.Context))));
}
