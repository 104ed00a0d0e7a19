namespace Hone.Tensors.Kernels;

/// <summary>Multiples and sums of multiples of contiguous f32 elements: scaling, gradient accumulation, interpolation.</summary>
internal unsafe interface IScaleKernel
{
    /// <summary><c>y = alpha·x + offset</c>; <paramref name="y"/> may be <paramref name="x"/>.</summary>
    void Scale(float* x, float alpha, float offset, float* y, long count);

    /// <summary><c>y += alpha·x</c>; the ranges do not overlap.</summary>
    void AddScaled(float* x, float alpha, float* y, long count);
}
