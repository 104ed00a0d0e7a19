namespace Hone.Tensors.Kernels;

/// <summary>One step of Lion over all parameters, each element read and written once; the formula stands at <see cref="Ops.LionStep"/>.</summary>
internal interface ILionKernel
{
    /// <summary>Updates all tensors.</summary>
    void Step(ReadOnlySpan<StepParameter> parameters, LionSettings settings);
}
