using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Families;

/// <summary>A decoder with the frame of Llama: <c>embed_tokens</c>, <c>layers.{i}</c>, and a final RMS norm called <c>norm</c>.</summary>
public sealed class RmsNormDecoder : Decoder
{
    private readonly Embedding _embedTokens;
    private readonly RmsNorm _norm;
    private readonly IReadOnlyList<RotaryTable> _ropes;

    /// <summary>Builds the frame around a family's layers.</summary>
    /// <param name="config">Sizes.</param>
    /// <param name="weights">Place of the decoder.</param>
    /// <param name="layer">Builds the layer of an index at its place.</param>
    /// <param name="ropes">Tables that the layers share; disposed with the decoder.</param>
    public RmsNormDecoder(DecoderConfig config, WeightSource weights, Func<int, WeightSource, DecoderLayer> layer, params IReadOnlyList<RotaryTable> ropes)
        : base(config)
    {
        _ropes = ropes;
        _embedTokens = Child(new Embedding(config.VocabSize, config.HiddenSize, weights.At("embed_tokens"), config.PaddingIndex));
        for (int i = 0; i < config.NumHiddenLayers; i++)
        {
            Append(layer(i, weights.At($"layers.{i}")));
        }

        _norm = Child(new RmsNorm(config.HiddenSize, config.RmsNormEps, weights.At("norm"), config.NormWeightOffset));
    }

    /// <inheritdoc/>
    public override Embedding TokenEmbedding => _embedTokens;

    /// <inheritdoc/>
    public override RotaryLengthRule? LengthRule => _ropes.Select(rope => rope.LengthRule).FirstOrDefault(rule => rule is not null);

    /// <inheritdoc/>
    protected override Tensor Embed(Tensor inputIds, AttentionContext context)
    {
        Tensor hidden = _embedTokens.Forward(inputIds);
        return Config.EmbeddingFactor is { } factor ? hidden * factor : hidden;
    }

    /// <inheritdoc/>
    protected override Tensor Normalize(ResidualStream stream) => _norm.Forward(stream).Normalized;

    /// <inheritdoc/>
    protected override void Dispose(bool isDisposing)
    {
        foreach (RotaryTable rope in _ropes)
        {
            rope.Dispose();
        }

        base.Dispose(isDisposing);
    }
}
