using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>Shifts rows to mean 0 and scales them to variance 1, then applies a weight and a bias to each column.</summary>
public sealed class LayerNorm : Module
{
    private readonly double _eps;

    /// <summary>Reads <c>weight</c> and, where there is one, <c>bias</c> below <paramref name="weights"/>' path.</summary>
    /// <param name="width">Size of the normalised last dimension.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="weights">The norm's place.</param>
    /// <param name="bias">Whether a bias is added.</param>
    public LayerNorm(int width, double eps, WeightSource weights, bool bias = true)
    {
        Path = weights.Path;
        _eps = eps;
        Weight = weights.Vector("weight", width);
        Bias = bias ? weights.Vector("bias", width) : null;
    }

    /// <inheritdoc/>
    public override string Path { get; }

    /// <summary>f32 <c>[width]</c>.</summary>
    public Parameter Weight { get; }

    /// <summary>f32 <c>[width]</c>.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    protected internal override IEnumerable<Parameter> OwnParameters => new[] { Weight, Bias }.OfType<Parameter>();

    /// <param name="x"><c>[…, width]</c>.</param>
    /// <returns>A tensor of the shape of <paramref name="x"/>.</returns>
    public Tensor Forward(Tensor x) => Ops.LayerNorm(x, Weight, Bias, _eps);

    /// <inheritdoc/>
    protected override void Dispose(bool isDisposing)
    {
        Weight.Dispose();
        Bias?.Dispose();
        base.Dispose(isDisposing);
    }
}
