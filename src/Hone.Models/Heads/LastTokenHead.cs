using System.Collections.Immutable;
using Hone.Models.Families;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Heads;

/// <summary>A linear classifier on the last token that is no padding: decoders.</summary>
public sealed class LastTokenHead : ClassificationHead
{
    private readonly int? _padTokenId;
    private readonly Linear _score;

    /// <summary>Reads <c>score</c> below <paramref name="weights"/>' path.</summary>
    public LastTokenHead(DecoderConfig config, WeightSource weights)
    {
        _padTokenId = config.PadTokenId;
        _score = Child(new Linear(config.HiddenSize, config.NumLabels, bias: false, weights.At("score")));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor hidden, EncoderInput input)
    {
        int[] ids = input.InputIds.ToArray<int>();
        ImmutableArray<int> offsets = input.Context.Sequences.QueryOffsets;
        var rows = new long[offsets.Length - 1];
        for (int s = 0; s < rows.Length; s++)
        {
            int last = offsets[s + 1] - 1;
            while (last > offsets[s] && ids[last] == _padTokenId)
            {
                last--;
            }

            rows[s] = last;
        }

        return _score.Forward(Ops.Embedding(hidden, Tensor.From(rows, rows.Length)));
    }
}
