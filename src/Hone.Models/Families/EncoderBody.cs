using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Families;

/// <summary>An encoder without a head: embedding and layers.</summary>
public abstract class EncoderBody : Module
{
    /// <summary>Begins an encoder.</summary>
    protected EncoderBody(EncoderConfig config) => Config = config;

    /// <summary>The settings it was built from.</summary>
    public EncoderConfig Config { get; }

    /// <summary>Whether a key belongs to a buffer that some checkpoints carry along and that holds no weight.</summary>
    internal static bool IsBuffer(string key) => key.EndsWith("embeddings.position_ids", StringComparison.Ordinal);

    /// <summary>Runs all layers.</summary>
    /// <param name="input">Tokens, positions, sequences.</param>
    /// <param name="layerInputs">Receives the input of every layer, when given.</param>
    /// <returns>f32 <c>[tokens, hidden]</c>.</returns>
    public abstract Tensor Forward(EncoderInput input, ICollection<Tensor>? layerInputs = null);

    /// <summary>The model's own summary of each sequence, <c>[sequences, hidden]</c>; <see langword="null"/> when it has none.</summary>
    /// <param name="hidden">Result of <see cref="Forward"/>.</param>
    /// <param name="context">Where the sequences begin.</param>
    public virtual Tensor? Pool(Tensor hidden, PackedAttentionContext context) => null;
}
