using Hone.Models.Nn;
using Hone.Tensors;
using Hone.Tensors.Autograd;

namespace Hone.Models.Families;

/// <summary>A decoder without its head: embedding, layers and final norm. Families differ in their layers, GPT-2 in its ends.</summary>
public abstract class Decoder : Module
{
    private readonly List<DecoderLayer> _layers = [];

    /// <summary>Begins a decoder.</summary>
    protected Decoder(DecoderConfig config) => Config = config;

    /// <summary>The settings it was built from.</summary>
    public DecoderConfig Config { get; }

    /// <summary>The layers in order.</summary>
    public IReadOnlyList<DecoderLayer> Layers => _layers;

    /// <summary>The token embedding.</summary>
    public abstract Embedding TokenEmbedding { get; }

    /// <summary>How keys change with the length of the text; nothing for most models.</summary>
    public virtual RotaryLengthRule? LengthRule => null;

    /// <summary>Whether training keeps only the inputs of layers and computes the rest again in the backward pass.</summary>
    public bool RecomputesActivations { get; set; }

    /// <summary>Runs all layers.</summary>
    /// <param name="inputIds">i32 or i64 <c>[tokens]</c>.</param>
    /// <param name="context">Which tokens belong together, their positions, and the cache.</param>
    /// <param name="layerInputs">Receives the input of every layer, when given.</param>
    /// <returns>Hidden states after the final norm, f32 <c>[tokens, hidden]</c>.</returns>
    public Tensor Forward(Tensor inputIds, AttentionContext context, ICollection<Tensor>? layerInputs = null)
    {
        var stream = new ResidualStream(Embed(inputIds, context));
        foreach (DecoderLayer layer in _layers)
        {
            if (layerInputs is not null)
            {
                stream = new ResidualStream(stream.Sum());
                layerInputs.Add(stream.Hidden);
            }

            ResidualStream next = RecomputesActivations && GradMode.IsOn
                ? new ResidualStream(ActivationCheckpoint.Run(x => layer.Forward(new ResidualStream(x), context).Sum(), stream.Sum(), DropoutRandom))
                : ForwardInScope(layer, stream, context);
            if (!GradMode.IsOn && layerInputs is null && layer != _layers[0])
            {
                stream.FreeExcept(next); // made by a layer, and nobody else's
            }

            stream = next;
        }

        return Normalize(stream);
    }

    /// <summary>Runs a layer so that what it computes on the way, and the backward pass does not need, is freed at its end instead of that of the step.</summary>
    private static ResidualStream ForwardInScope(DecoderLayer layer, ResidualStream stream, AttentionContext context)
    {
        using var scope = TensorScope.Begin("layer");
        ResidualStream next = layer.Forward(stream, context);
        return new ResidualStream(ReferenceEquals(next.Hidden, stream.Hidden) ? next.Hidden : next.Hidden.Keep(), next.Update?.Keep());
    }

    /// <summary>Whether a key belongs to a buffer that some checkpoints carry along and that holds no weight.</summary>
    internal static bool IsBuffer(string key) =>
        key.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || key.EndsWith(".attn.bias", StringComparison.Ordinal) || key.EndsWith(".attn.masked_bias", StringComparison.Ordinal);

    /// <summary>Adds the next layer.</summary>
    protected void Append(DecoderLayer layer) => _layers.Add(Child(layer));

    /// <summary>Turns tokens into hidden states.</summary>
    protected abstract Tensor Embed(Tensor inputIds, AttentionContext context);

    /// <summary>The final norm.</summary>
    protected abstract Tensor Normalize(ResidualStream stream);
}
