namespace Hone.Models.Nn;

/// <summary>One layer of a decoder.</summary>
/// <remarks>A second level below <see cref="Module"/>: decoders run any kind of layer, and only the layer knows where its norms stand.</remarks>
public abstract class DecoderLayer : Module
{
    /// <param name="stream">Hidden states of all tokens, with the update that the layer before left to be added.</param>
    /// <param name="context">Which tokens belong together, their positions, and the cache.</param>
    /// <returns>The stream behind this layer.</returns>
    public abstract ResidualStream Forward(ResidualStream stream, AttentionContext context);
}
