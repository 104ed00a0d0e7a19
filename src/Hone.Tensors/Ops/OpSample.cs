namespace Hone.Tensors;

/// <summary>One call on which the suites test an op.</summary>
/// <param name="Name">Says what is special about the call.</param>
/// <param name="Inputs">Tensor arguments.</param>
/// <param name="Invoke">Calls the op.</param>
internal sealed record OpSample(string Name, OpInput[] Inputs, Func<Tensor[], Tensor> Invoke)
{
    /// <summary>Largest relative error of the f32 form against the f64 reference, relative to the largest magnitude of the result.</summary>
    public double RelativeTolerance { get; init; } = 2e-6;

    /// <summary>Whether the f64 gradient is compared with central differences; off for functions that are not differentiable where sampled.</summary>
    public bool HasGradient { get; init; } = true;

    /// <summary>Whether f16 and bf16 inputs are accepted.</summary>
    public bool AcceptsHalfPrecision { get; init; } = true;
}
