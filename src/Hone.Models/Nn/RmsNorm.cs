using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>Scales rows to a root mean square of 1, then each column by a weight.</summary>
public sealed class RmsNorm : Module
{
    private readonly double _eps;
    private readonly double _weightOffset;

    /// <summary>Reads <c>weight</c> below <paramref name="weights"/>' path.</summary>
    /// <param name="width">Size of the normalised last dimension.</param>
    /// <param name="eps">Added to the mean square.</param>
    /// <param name="weights">The norm's place.</param>
    /// <param name="weightOffset">Added to each weight: 1 for Gemma's zero-centred weights.</param>
    public RmsNorm(int width, double eps, WeightSource weights, double weightOffset = 0)
    {
        Path = weights.Path;
        _eps = eps;
        _weightOffset = weightOffset;
        Weight = weights.Vector("weight", width);
    }

    /// <inheritdoc/>
    public override string Path { get; }

    /// <summary>f32 <c>[width]</c>.</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    protected internal override IEnumerable<Parameter> OwnParameters => [Weight];

    /// <param name="x"><c>[…, width]</c>.</param>
    /// <returns>A tensor of the shape of <paramref name="x"/>.</returns>
    public Tensor Forward(Tensor x) => Ops.RmsNorm(x, Weight, _eps, _weightOffset);

    /// <summary>Adds the pending update and normalises the sum, in one pass.</summary>
    public (Tensor Hidden, Tensor Normalized) Forward(ResidualStream stream) =>
        stream.Update is null ? (stream.Hidden, Forward(stream.Hidden)) : Ops.AddRmsNorm(stream.Update, stream.Hidden, Weight, _eps, _weightOffset);

    /// <inheritdoc/>
    protected override void Dispose(bool isDisposing)
    {
        Weight.Dispose();
        base.Dispose(isDisposing);
    }
}
