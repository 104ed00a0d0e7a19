using Hone.Tensors.Kernels.Cpu.Quantized;
using Hone.Tensors.Quantization;

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

    /// <inheritdoc/>
    public IQuantizedProduct Pack(ReadOnlySpan<QuantizedMatrix> matrices) => new Quantized(PackedQuantizedMatrix.Pack(matrices));

    /// <inheritdoc/>
    public IQuantizedProduct Pack(Nf4Matrix matrix) => new Nf4Product(matrix);

    private sealed class Product(PackedMatrix matrix) : IPackedProduct
    {
        public int Columns => matrix.N;

        public long SizeBytes => matrix.SizeBytes;

        public void Multiply(int m, float* a, float* c, nint ldc, float* bias) => matrix.Multiply(m, a, matrix.K, c, ldc, accumulate: false, bias);

        public void ReadColumn(long column, float* values) => matrix.ReadColumn(column, values);

        public void Dispose() => matrix.Dispose();
    }

    private sealed class Quantized(PackedQuantizedMatrix matrix) : IQuantizedProduct
    {
        public int Columns => matrix.N;

        public long SizeBytes => matrix.SizeBytes;

        public void Multiply(int m, float* a, float* c, nint ldc, float* bias) => matrix.Multiply(m, a, c, ldc, bias);

        public void ReadColumn(long column, float* values) => matrix.ReadRow(column, values);

        public void AddTransposed(int m, float* g, nint ldg, float* dx) => matrix.AddTransposed(m, g, ldg, dx);

        public void Dispose() => matrix.Dispose();
    }
}
