using System.Runtime.InteropServices;

namespace Hone.Benchmarks;

/// <summary>The OpenBLAS library of this machine, as a peer.</summary>
internal sealed unsafe class OpenBlas
{
    private const int RowMajor = 101, NoTrans = 111, Trans = 112;

    private readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> _sgemm;
    private readonly delegate* unmanaged<int, int, int, int, float, float*, int, float*, int, float, float*, int, void> _sgemv;
    private readonly delegate* unmanaged<int, void> _setThreads;
    private readonly delegate* unmanaged<byte*> _config;

    private OpenBlas(nint library)
    {
        _sgemm = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)
            NativeLibrary.GetExport(library, "cblas_sgemm");
        _sgemv = (delegate* unmanaged<int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)
            NativeLibrary.GetExport(library, "cblas_sgemv");
        _setThreads = (delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads");
        _config = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(library, "openblas_get_config");
    }

    /// <summary>Version and kernel family, e.g. <c>OpenBLAS 0.3.21 … Zen</c>.</summary>
    public string Description => Marshal.PtrToStringUTF8((nint)_config())?.Trim() ?? "OpenBLAS";

    /// <summary>Loads the library.</summary>
    /// <exception cref="PeerMissingException">It is not installed.</exception>
    public static OpenBlas Load() =>
        NativeLibrary.TryLoad("libopenblas.so.0", out nint library)
        || NativeLibrary.TryLoad("/usr/lib/x86_64-linux-gnu/openblas-openmp/libopenblas.so.0", out library)
        || NativeLibrary.TryLoad("libopenblas", typeof(OpenBlas).Assembly, null, out library)
            ? new OpenBlas(library)
            : throw new PeerMissingException("OpenBLAS", "libopenblas.so.0", "benchmarks/peers/openblas");

    public void SetThreads(int threads) => _setThreads(threads);

    /// <summary>Row-major <c>C = op(A)·op(B) + beta·C</c>.</summary>
    public void Sgemm(bool transA, bool transB, int m, int n, int k, float* a, int lda, float* b, int ldb, float beta, float* c, int ldc) =>
        _sgemm(RowMajor, transA ? Trans : NoTrans, transB ? Trans : NoTrans, m, n, k, 1f, a, lda, b, ldb, beta, c, ldc);

    /// <summary>The same for a single row: <c>c[n] = a[k]·op(B) + beta·c</c>.</summary>
    public void Sgemv(bool transB, int n, int k, float* a, float* b, int ldb, float beta, float* c) =>
        _sgemv(RowMajor, transB ? NoTrans : Trans, transB ? n : k, transB ? k : n, 1f, b, ldb, a, 1, beta, c, 1);
}
