namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>One product or a rectangle of it: <c>C[m, n] = (accumulate ? C : bias or 0) + op(A)[m, k]·op(B)[k, n]</c>, all row-major.</summary>
internal unsafe struct GemmOperands
{
    /// <summary>A is stored <c>[k, m]</c> instead of <c>[m, k]</c>.</summary>
    public bool TransA;

    /// <summary>B is stored <c>[n, k]</c> instead of <c>[k, n]</c>.</summary>
    public bool TransB;

    /// <summary>Rows of C.</summary>
    public int M;

    /// <summary>Columns of C.</summary>
    public int N;

    /// <summary>Length of the sums.</summary>
    public int K;

    /// <summary>The whole product has one row, contiguous in A; a slice of a larger one never takes the single-row path.</summary>
    public bool IsSingleRow;

    /// <summary>First element of A.</summary>
    public float* A;

    /// <summary>Floats between stored rows of A.</summary>
    public nint Lda;

    /// <summary>First element of B.</summary>
    public float* B;

    /// <summary>Floats between stored rows of B.</summary>
    public nint Ldb;

    /// <summary>First element of C.</summary>
    public float* C;

    /// <summary>Floats between rows of C.</summary>
    public nint Ldc;

    /// <summary>Added to the product: C itself, a row (stride 0), or <see langword="null"/>.</summary>
    public float* D;

    /// <summary>Floats between rows of D.</summary>
    public nint Ldd;

    /// <summary>The rectangle [m0, m1) × [n0, n1) as a product of its own.</summary>
    public readonly GemmOperands Slice(int m0, int m1, int n0, int n1)
    {
        GemmOperands part = this;
        part.M = m1 - m0;
        part.N = n1 - n0;
        part.A += TransA ? m0 : m0 * Lda;
        part.B += TransB ? n0 * Ldb : n0;
        part.C += m0 * Ldc + n0;
        part.D = D == null ? null : D + m0 * Ldd + n0;
        return part;
    }
}
