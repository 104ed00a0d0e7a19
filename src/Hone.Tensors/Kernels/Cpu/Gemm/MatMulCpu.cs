namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>The CPU's matrix products as the ops see them.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class MatMulCpu : IMatMulKernel
{
    /// <inheritdoc/>
    public void Multiply(
        int batch, bool transA, bool transB, int m, int n, int k, float* a, nint lda, nint strideA, float* b, nint ldb, nint strideB, float* c, nint strideC, bool accumulate) =>
        Sgemm.MultiplyBatched(batch, transA, transB, m, n, k, a, lda, strideA, b, ldb, strideB, c, n, strideC, accumulate);
}
