using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>Gated MLP: <c>down(activation(gate(x))·up(x))</c>.</summary>
/// <remarks>Source: Shazeer, arXiv:2002.05202, section 2.</remarks>
public sealed class GatedMlp : FeedForwardBlock
{
    private readonly Activation _activation;
    private readonly Linear _gateProj, _upProj, _downProj;
    private readonly LinearGroup _gateUp;

    /// <summary>Reads <c>{gate,up,down}_proj</c> below <paramref name="weights"/>' path.</summary>
    public GatedMlp(int hiddenSize, int intermediateSize, Activation activation, bool bias, WeightSource weights)
        : this(
            activation, weights, new Linear(hiddenSize, intermediateSize, bias, weights.At("gate_proj")),
            new Linear(hiddenSize, intermediateSize, bias, weights.At("up_proj")), new Linear(intermediateSize, hiddenSize, bias, weights.At("down_proj")))
    {
    }

    /// <summary>Takes projections that have other names.</summary>
    public GatedMlp(Activation activation, WeightSource weights, Linear gate, Linear up, Linear down)
    {
        _activation = activation;
        _gateProj = Child(gate);
        _upProj = Child(up);
        _downProj = Child(down);
        _gateUp = Child(new LinearGroup(weights, _gateProj, _upProj));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        if (_gateUp.IsJoined)
        {
            return _downProj.Forward(_activation.ApplyGated(_gateUp.ForwardJoined(x)));
        }

        Tensor[] gateUp = _gateUp.Forward(x);
        return _downProj.Forward(_activation.ApplyGated(gateUp[0], gateUp[1]));
    }
}
