using Hone.Tensors.Kernels.Cpu.Reductions;

namespace Hone.Tensors.Kernels.Cpu.Optimizers;

/// <summary>Sums of squares on the CPU: f32 within a block of 4,096 elements, f64 across blocks.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class SquaredNormCpu : ISquaredNormKernel
{
    /// <inheritdoc/>
    public double SumSquares(float* x, long count) => BlockSums.Compute(BlockSums.Kind.SumSquares, x, count);
}
