using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>A product on the calling thread: packs blocks of A and B for the caches and runs the micro-kernels over them.</summary>
/// <remarks>Source of the blocking: Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008; Van Zee, "BLIS", 2015.</remarks>
internal static unsafe class BlockedGemm<V>
    where V : struct, ISimdVector<V>
{
    // Packing A pays once its elements are read for this many columns.
    private const int MinColumnsToPackA = 64;

    /// <summary>Carries out <paramref name="g"/>; all sizes at least 1 except K.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in GemmOperands g)
    {
        if (g.K == 0)
        {
            Fill(g);
            return;
        }

        int vectors = g.N <= V.Count ? 1 : 2;
        int width = vectors * V.Count;
        int maxRows = MicroKernels<V, PanelFloat32>.MaxRows(vectors);
        int blockRows = GemmBlocking.BlockRows / maxRows * maxRows;
        int rowBlocks = (g.M + blockRows - 1) / blockRows;
        int depthBlocks = GemmBlocking.DepthBlocks(g.K);
        int maxDepth = (g.K + depthBlocks - 1) / depthBlocks;

        bool isShallow = g.K <= GemmBlocking.ShallowDepth;
        bool packA = g.N >= MinColumnsToPackA && !isShallow;
        bool packB = g.TransB || g.N != width;
        int columnsAtOnce = isShallow ? GemmBlocking.NarrowColumns * GemmBlocking.MaxDepth / maxDepth / width * width
            : rowBlocks == 1 ? GemmBlocking.NarrowColumns : GemmBlocking.WideColumns;
        columnsAtOnce = Math.Min(RoundUp(g.N, width), columnsAtOnce);
        int outerColumns = rowBlocks == 1 ? g.N : columnsAtOnce;

        nint panelStrideA = (nint)maxRows * maxDepth + GemmPacking.Slack;
        int panelsPerBlock = blockRows / maxRows + 1;
        nint sizeA = packA ? RoundUp((int)(panelStrideA * panelsPerBlock), 16) : 0;
        nint sizeB = packB ? (nint)columnsAtOnce * maxDepth + GemmPacking.Slack : 0;
        float* packedA = GemmScratch.Get(sizeA + sizeB);
        float* packedB = packedA + sizeA;

        int rowPanels = (g.M + maxRows - 1) / maxRows;
        for (int j0 = 0; j0 < g.N; j0 += outerColumns)
        {
            int outer = Math.Min(outerColumns, g.N - j0);
            for (int block = 0; block < depthBlocks; block++)
            {
                int k0 = GemmBlocking.DepthStart(g.K, depthBlocks, block);
                int depth = GemmBlocking.DepthStart(g.K, depthBlocks, block + 1) - k0;
                bool bReady = false;
                for (int rowBlock = 0; rowBlock < rowBlocks; rowBlock++)
                {
                    int firstPanel = (int)((long)rowPanels * rowBlock / rowBlocks);
                    int lastPanel = (int)((long)rowPanels * (rowBlock + 1) / rowBlocks);
                    var rows = new RowPanels<V>(g, firstPanel, lastPanel - firstPanel, rowPanels, k0, packA ? packedA : null, panelStrideA);
                    if (packA)
                    {
                        rows.Pack(g, k0, depth);
                    }

                    for (int j = 0; j < outer; j += columnsAtOnce)
                    {
                        int columns = Math.Min(columnsAtOnce, outer - j);
                        if (packB && !bReady)
                        {
                            PackB(g, j0 + j, columns, k0, depth, width, packedB);
                            bReady = rowBlocks > 1;
                        }

                        float* d = block == 0 ? g.D : g.C;
                        Tiles(
                            g, rows, vectors, j0 + j, columns, depth,
                            packB ? packedB : g.B + k0 * g.Ldb + j0 + j, packB ? width : g.Ldb, d, block == 0 ? g.Ldd : g.Ldc);
                    }
                }
            }
        }
    }

    private static void Tiles(
        in GemmOperands g, in RowPanels<V> rows, int vectors, int column, int columns, int depth, float* b, nint bStride, float* d, nint ldd)
    {
        int width = vectors * V.Count;
        MicroKernel[] kernels = rows.IsStepMajor ? MicroKernels<V, PanelFloat32>.Packed(vectors) : MicroKernels<V, PanelFloat32>.Rows(vectors);
        int j = 0;
        if (g.K <= GemmBlocking.ShallowDepth)
        {
            int whole = columns / width;
            Rows(g, rows, kernels, width, column, whole, depth, (byte*)b, bStride * sizeof(float), d, ldd);
            j = whole * width;
        }

        for (; j < columns; j += width)
        {
            float* panel = b + (nint)j * depth; // an unpacked B is one panel wide, so j = 0
            int valid = Math.Min(width, columns - j);
            if (valid <= V.Count && vectors == 2)
            {
                MicroKernel[] narrow = rows.IsStepMajor ? MicroKernels<V, PanelFloat32>.Packed(1) : MicroKernels<V, PanelFloat32>.Rows(1);
                Column(g, rows, narrow, V.Count, column + j, valid, depth, (byte*)panel, V.Count * sizeof(float), d, ldd);
            }
            else
            {
                Column(g, rows, kernels, width, column + j, valid, depth, (byte*)panel, bStride * sizeof(float), d, ldd);
            }
        }
    }

    /// <summary>Each row panel against all whole panels of B, along the rows of C.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows(
        in GemmOperands g, in RowPanels<V> rows, MicroKernel[] kernels, int width, int column, int panels, int depth, byte* b, nint bStep, float* d, nint ldd)
    {
        nint panelBytes = depth * bStep;
        for (int i = 0; i < rows.Count; i++)
        {
            int row = rows.Start(i);
            int count = rows.Start(i + 1) - row;
            float* a = rows.Panel(i, out nint aStride);
            float* c = g.C + row * g.Ldc + column;
            float* start = d == null ? null : d + row * ldd + column;
            byte* panel = b;
            MicroKernel kernel = kernels[count];
            for (int j = panels; j > 0; j--)
            {
                kernel.Entry(depth, a, aStride, panel, bStep, c, g.Ldc, start, ldd);
                panel += panelBytes;
                c += width;
                start = start == null ? null : start + width;
            }
        }
    }

    /// <summary>All row panels against one panel of B, which stays in the L1 cache.</summary>
    /// <param name="g">C and its row stride.</param>
    /// <param name="rows">Row panels of A.</param>
    /// <param name="kernels">Tiles by row count, for the family and storage of the operands.</param>
    /// <param name="width">Columns of a tile.</param>
    /// <param name="column">First column in C.</param>
    /// <param name="valid">Columns that exist, at most <paramref name="width"/>.</param>
    /// <param name="depth">Steps of k.</param>
    /// <param name="b">The panel.</param>
    /// <param name="bStep">Bytes between the panel's steps.</param>
    /// <param name="d">Start values, see <see cref="GemmOperands.D"/>.</param>
    /// <param name="ldd">Floats between their rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Column(
        in GemmOperands g, in RowPanels<V> rows, MicroKernel[] kernels, int width, int column, int valid, int depth, byte* b, nint bStep, float* d, nint ldd)
    {
        float* tile = stackalloc float[14 * 32];
        for (int i = 0; i < rows.Count; i++)
        {
            int row = rows.Start(i);
            int count = rows.Start(i + 1) - row;
            float* a = rows.Panel(i, out nint aStride);
            float* c = g.C + row * g.Ldc + column;
            float* start = d == null ? null : d + row * ldd + column;
            Prefetch(c, g.Ldc, count, valid - 1);
            if (valid == width)
            {
                kernels[count].Entry(depth, a, aStride, b, bStep, c, g.Ldc, start, ldd);
                continue;
            }

            kernels[count].Entry(depth, a, aStride, b, bStep, tile, width, null, 0);
            CopyTile(tile, width, count, valid, c, g.Ldc, start, ldd);
        }
    }

    // C is read and written only at the end of a tile; asking for its lines at the start gains 8 % on 512x576x576 (Zen 3).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* c, nint ldc, int rows, int lastColumn)
    {
        if (Sse.IsSupported)
        {
            for (; rows > 0; rows--)
            {
                Sse.Prefetch0(c + lastColumn);
                c += ldc;
            }
        }
    }

    private static void CopyTile(float* tile, int width, int rows, int columns, float* c, nint ldc, float* d, nint ldd)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                c[j] = d == null ? tile[j] : d[j] + tile[j];
            }

            tile += width;
            c += ldc;
            d = d == null ? null : d + ldd;
        }
    }

    private static void PackB(in GemmOperands g, int column, int columns, int k0, int depth, int width, float* target)
    {
        float* source = g.TransB ? g.B + column * g.Ldb + k0 : g.B + k0 * g.Ldb + column;
        int j = 0;
        if (!g.TransB && width == 2 * V.Count && columns >= width)
        {
            int whole = columns / width;
            GemmPacking.CopyPanels<V>(source, g.Ldb, whole, depth, target, (nint)width * depth);
            j = whole * width;
        }

        for (; j < columns; j += width)
        {
            int valid = Math.Min(width, columns - j);
            int panelWidth = valid <= V.Count ? V.Count : width;
            float* panel = target + (nint)j * depth;
            if (g.TransB)
            {
                GemmPacking.Transpose<V>(source + j * g.Ldb, g.Ldb, valid, panelWidth, depth, panel);
            }
            else
            {
                GemmPacking.Copy<V>(source + j, g.Ldb, valid, panelWidth, depth, panel);
            }
        }
    }

    /// <summary>A product over nothing: C becomes its start value.</summary>
    internal static void Fill(in GemmOperands g)
    {
        for (int i = 0; i < g.M; i++)
        {
            for (int j = 0; j < g.N; j++)
            {
                g.C[i * g.Ldc + j] = g.D == null ? 0 : g.D[i * g.Ldd + j];
            }
        }
    }

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
