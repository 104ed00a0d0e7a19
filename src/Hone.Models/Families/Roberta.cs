using Hone.Models.Heads;
using Hone.Models.Nn;

namespace Hone.Models.Families;

/// <summary>RoBERTa and XLM-R: BERT whose positions begin behind the padding token's number, with a head of two layers.</summary>
/// <remarks>
/// A text may therefore have two tokens fewer than <c>max_position_embeddings</c> says. Source: Liu et al., arXiv:1907.11692; Conneau et al., arXiv:1911.02116.
/// </remarks>
[ModelFamily("roberta")]
[ModelFamily("xlm-roberta")]
public sealed record RobertaConfig : BertConfig
{
    private const int DefaultPadding = 1;

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="ModelConfigException">A value is missing, impossible or not supported.</exception>
    public RobertaConfig(ConfigReader json)
        : base(json)
    {
    }

    /// <inheritdoc/>
    public override string BasePrefix => "roberta";

    /// <inheritdoc/>
    public override int FirstPosition => (PadTokenId ?? DefaultPadding) + 1;

    /// <inheritdoc/>
    public override ClassificationHead BuildClassifier(EncoderBody body, WeightSource weights) => new FirstTokenHead(
        new Linear(HiddenSize, HiddenSize, bias: true, weights.At("classifier.dense")),
        Activation.Tanh,
        new Linear(HiddenSize, NumLabels, bias: true, weights.At("classifier.out_proj")));

    /// <summary>Counts the tokens that are no padding, whatever the mask says.</summary>
    internal override int[] CountPositions(ReadOnlySpan<long> ids)
    {
        var positions = new int[ids.Length];
        for (int i = 0, count = 0; i < ids.Length; i++)
        {
            positions[i] = ids[i] == FirstPosition - 1 ? -1 : count++; // padding reads the padding row, one below the first
        }

        return positions;
    }
}
