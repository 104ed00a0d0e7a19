namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>The CPU's prepacked weights as the ops see them.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class PackCpu : IPackKernel
{
    /// <inheritdoc/>
    public IPackedProduct Pack(DType dtype, void* source, int n, int k, bool isTransposed)
    {
        PanelFormat format = dtype switch
        {
            DType.F32 => PanelFormat.Float32,
            DType.BF16 => PanelFormat.BFloat16,
            DType.F16 => PanelFormat.Float16,
            _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "Weights are packed from f32, bf16 or f16."),
        };
        return new Product(PackedMatrix.Pack(format, source, isTransposed ? k : n, n, k, isTransposed));
    }

    private sealed class Product(PackedMatrix matrix) : IPackedProduct
    {
        public long SizeBytes => matrix.SizeBytes;

        public void Multiply(int m, float* a, float* c, float* bias) => matrix.Multiply(m, a, matrix.K, c, matrix.N, accumulate: false, bias);

        public void Dispose() => matrix.Dispose();
    }
}
