using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>The generated product tiles for one vector width and one storage of B, by rows (1 to 14) and vectors (1 or 2).</summary>
/// <typeparam name="V">Vector width.</typeparam>
/// <typeparam name="W">How B's panels are stored.</typeparam>
internal static unsafe partial class MicroKernels<V, W>
    where V : struct, ISimdVector<V>
    where W : struct, IPanelElement
{
    /// <summary>Columns of a two-vector panel.</summary>
    public static int PanelWidth
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * V.Count;
    }

    /// <summary>Rows of the largest tile whose accumulators stay in registers: 16 registers on x86 below AVX-512, 32 elsewhere.</summary>
    /// <param name="vectors">Vectors a row of the tile: 1 or 2.</param>
    public static int MaxRows(int vectors) => (V.Count == 16 || AdvSimd.Arm64.IsSupported) ? 14 : vectors == 2 ? 6 : 12;

    /// <summary>Tiles whose A lies row by row where the caller has it.</summary>
    public static MicroKernel[] Rows(int vectors) => vectors == 2 ? s_rows2 : s_rows1;

    /// <summary>Tiles whose A has the rows of one step beside each other: a packed panel or a transposed matrix in place.</summary>
    public static MicroKernel[] Packed(int vectors) => vectors == 2 ? s_packed2 : s_packed1;

    /// <summary>Kernels for 1 to 4 rows over B in place, by row count.</summary>
    public static StreamKernel[] Stream => s_stream;

    // The columns behind the last whole vector, fused where the vector form is: a column must round the same wherever a thread's share ends.
    private static void StreamRest(int rows, nint columns, nint from, float* a, float* b, nint ldb, float* sums, nint sumsStride)
    {
        for (nint j = from; j < columns; j++)
        {
            for (nint r = 0; r < rows; r++)
            {
                float sum = sums[r * sumsStride + j];
                for (nint k = 0; k < StreamKernel.Steps; k++)
                {
                    sum = float.MultiplyAddEstimate(a[r * StreamKernel.Steps + k], b[k * ldb + j], sum);
                }

                sums[r * sumsStride + j] = sum;
            }
        }
    }
}
