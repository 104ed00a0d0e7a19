using Hone.Models.Families;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Heads;

/// <summary>A classifier on the encoder's own summary of the sequence: BERT.</summary>
public sealed class PooledHead : ClassificationHead
{
    private readonly EncoderBody _body;
    private readonly Linear _classifier;

    /// <summary>Reads <c>classifier</c> below <paramref name="weights"/>' path.</summary>
    /// <param name="body">The encoder, whose pooler is used; not a child.</param>
    /// <param name="weights">Root of the checkpoint.</param>
    public PooledHead(EncoderBody body, WeightSource weights)
    {
        _body = body;
        _classifier = Child(new Linear(body.Config.HiddenSize, body.Config.NumLabels, bias: true, weights.At("classifier")));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor hidden, EncoderInput input) =>
        _classifier.Forward(_body.Pool(hidden, input.Context) ?? throw new InvalidOperationException("The encoder was built without its pooler."));
}
