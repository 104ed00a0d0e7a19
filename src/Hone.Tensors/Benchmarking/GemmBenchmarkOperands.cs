using System.Runtime.InteropServices;
using Hone.Tensors.Kernels.Cpu.Gemm;

namespace Hone.Tensors.Benchmarking;

/// <summary>Memory for the operands of one timed product, filled with small values.</summary>
internal sealed unsafe class GemmBenchmarkOperands : IDisposable
{
    private const nuint Alignment = 4096;

    /// <summary>Allocates A, B and C without gaps between rows.</summary>
    public GemmBenchmarkOperands(int m, int n, int k)
    {
        (M, N, K) = (m, n, k);
        A = Allocate((nint)m * k, 1);
        B = Allocate((nint)n * k, 2);
        C = Allocate((nint)m * n, 3);
    }

    public int M { get; }

    public int N { get; }

    public int K { get; }

    public float* A { get; }

    public float* B { get; }

    public float* C { get; }

    /// <summary>One product with unpacked operands.</summary>
    public void Multiply(bool transA, bool transB, bool accumulate = false) =>
        Sgemm.Multiply(transA, transB, M, N, K, A, transA ? M : K, B, transB ? K : N, C, N, accumulate);

    /// <summary>One product with a packed right operand.</summary>
    public void Multiply(PackedMatrix packed) => packed.Multiply(M, A, K, C, N);

    /// <summary>Packs B, stored [n, k],, in a format; 16-bit formats hold the values cut or rounded.</summary>
    public PackedMatrix Pack(PanelFormat format)
    {
        if (format == PanelFormat.Float32)
        {
            return PackedMatrix.Pack(format, B, K, N, K, transB: true);
        }

        nint count = (nint)N * K;
        ushort* bits = (ushort*)NativeMemory.AlignedAlloc((nuint)count * sizeof(ushort), Alignment);
        try
        {
            for (nint i = 0; i < count; i++)
            {
                bits[i] = format == PanelFormat.BFloat16
                    ? (ushort)(BitConverter.SingleToUInt32Bits(B[i]) >> 16)
                    : BitConverter.HalfToUInt16Bits((Half)B[i]);
            }

            return PackedMatrix.Pack(format, bits, K, N, K, transB: true);
        }
        finally
        {
            NativeMemory.AlignedFree(bits);
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(A);
        NativeMemory.AlignedFree(B);
        NativeMemory.AlignedFree(C);
    }

    private static float* Allocate(nint count, int seed)
    {
        float* memory = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), Alignment);
        uint state = (uint)seed * 2654435761u;
        for (nint i = 0; i < count; i++)
        {
            state = (state * 1664525u) + 1013904223u; // linear congruential: any values do, none subnormal
            memory[i] = ((int)(state >> 8) - 8388608) / 8388608f; // in [-1, 1)
        }

        return memory;
    }
}
