using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>Gated MLP whose gate and up projection are one matrix in the checkpoint, the gate's rows first.</summary>
public sealed class JoinedGatedMlp : FeedForwardBlock
{
    private readonly Activation _activation;
    private readonly Linear _gateUp, _down;

    /// <summary>Takes the projections.</summary>
    /// <param name="activation">Activation of the gate.</param>
    /// <param name="gateUp">From hidden to twice the inner width.</param>
    /// <param name="down">Back to hidden.</param>
    public JoinedGatedMlp(Activation activation, Linear gateUp, Linear down)
    {
        _activation = activation;
        _gateUp = Child(gateUp);
        _down = Child(down);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => _down.Forward(_activation.ApplyGated(_gateUp.Forward(x)));
}
