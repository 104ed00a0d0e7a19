namespace Hone.Tensors.Kernels;

/// <summary>One optimizer step over all parameters, each element read and written once.</summary>
/// <remarks>
/// With <c>g</c> the scaled gradient: <c>p ← p·(1 − lr·wd)</c> (decoupled) or <c>g ← g + wd·p</c>; <c>m ← m + (1 − β1)(g − m)</c>;
/// <c>v ← β2·v + (1 − β2)·g²</c>; <c>p ← p − lr/(1 − β1^t) · m / (√v/√(1 − β2^t) + ε)</c>, with the running maximum of v under AMSGrad.
/// Source: arXiv:1711.05101, algorithm 2; order of operations as in <c>torch.optim.AdamW</c>.
/// </remarks>
internal unsafe interface IAdamWKernel
{
    /// <summary>Updates all tensors.</summary>
    void Step(ReadOnlySpan<AdamWParameter> parameters, AdamWSettings settings);
}
