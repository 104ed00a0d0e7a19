namespace Hone.Tensors.Kernels;

/// <summary>One step of RMSprop over all parameters, each element read and written once; the formula stands at <see cref="Ops.RmsPropStep"/>.</summary>
internal interface IRmsPropKernel
{
    /// <summary>Updates all tensors.</summary>
    void Step(ReadOnlySpan<StepParameter> parameters, RmsPropSettings settings);
}
