namespace Hone.Tensors.Kernels;

/// <summary>Maps a function of one number over contiguous f32 elements.</summary>
internal unsafe interface IUnaryKernel
{
    /// <summary><c>y = f(x)</c>; <paramref name="y"/> may be <paramref name="x"/>.</summary>
    void Forward(UnaryFunction function, float* x, float* y, long count);

    /// <summary><c>dx = dy · f′(x)</c>; <paramref name="dx"/> may be <paramref name="dy"/>.</summary>
    void Backward(UnaryFunction function, float* x, float* dy, float* dx, long count);
}
