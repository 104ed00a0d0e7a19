namespace Hone.Tensors.Kernels;

/// <summary>One step of stochastic gradient descent over all parameters, each element read and written once; the formula stands at <see cref="Ops.SgdStep"/>.</summary>
internal interface ISgdKernel
{
    /// <summary>Updates all tensors.</summary>
    void Step(ReadOnlySpan<StepParameter> parameters, SgdSettings settings);
}
