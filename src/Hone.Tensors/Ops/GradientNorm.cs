using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The norm that gradient clipping compares with its limit.</content>
public static partial class Ops
{
    /// <summary>Euclidean norm over all elements of all tensors together.</summary>
    /// <param name="tensors">Gradients, any shapes and floating-point types.</param>
    /// <remarks><c>√(Σ x²)</c>, summed in f64 in a fixed order: the same bits for every thread count. Source: Pascanu et al., arXiv:1211.5063, section 3.2.</remarks>
    /// <exception cref="TensorException">A tensor is not floating-point.</exception>
    public static unsafe double GradientNorm(IReadOnlyList<Tensor> tensors)
    {
        double sum = 0;
        foreach (Tensor tensor in tensors)
        {
            OpGuard.RequireFloat("gradient_norm", tensor);
            using var scope = TensorScope.Begin("gradient_norm");
            if (tensor.DType == DType.F32 && KernelTable<ISquaredNormKernel>.For(tensor.Device) is { } kernel)
            {
                sum += kernel.SumSquares(Strided.Contiguous(tensor).Pointer<float>(), tensor.ElementCount);
                continue;
            }

            foreach (double value in tensor.ToDoubles())
            {
                sum += value * value;
            }
        }

        return Math.Sqrt(sum);
    }
}
