using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>A product with prepacked panels of B on the calling thread.</summary>
internal static unsafe class PackedGemm<V, W>
    where V : struct, ISimdVector<V>
    where W : struct, IPanelElement
{
    // Up to here reading A where it is, and 16-bit panels once a tile, is faster than packing and widening: bf16 widens in one instruction,
    // f16 in six (Zen 3: with 16 rows of bf16 one quarter faster).
    private static int TilesInPlace => typeof(W) == typeof(PanelBFloat16) ? 6 : typeof(W) == typeof(PanelFloat32) ? 3 : 2;

    /// <summary>Carries out <paramref name="g"/>, whose columns are the panels from <paramref name="b"/> on.</summary>
    /// <param name="g">A, C and the start values; B is not used.</param>
    /// <param name="b">First panel, <c>[k][2·V.Count]</c> each.</param>
    public static void Run(in GemmOperands g, byte* b)
    {
        if (g.K == 0)
        {
            BlockedGemm<V>.Fill(g);
        }
        else if (g.M <= 3)
        {
            RunFew(g, b, g.M == 1 ? MicroKernels<V, W>.Wide1 : g.M == 2 ? MicroKernels<V, W>.Wide2 : MicroKernels<V, W>.Wide3);
        }
        else if (g.M <= TilesInPlace * MicroKernels<V, W>.MaxRows(2))
        {
            RunInPlace(g, b);
        }
        else
        {
            RunBlocked(g, b);
        }
    }

    /// <summary>One to three rows: several panels at once, since one panel alone has too few independent sums to keep up with memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunFew(in GemmOperands g, byte* b, WideKernel kernel)
    {
        nint step = 2 * V.Count * W.SizeBytes;
        nint panelStride = g.K * step;
        int width = kernel.Panels * 2 * V.Count;
        int blocks = GemmBlocking.DepthBlocks(g.K);
        int column = 0;
        for (; column + width <= g.N; column += width)
        {
            for (int block = 0; block < blocks; block++)
            {
                int k0 = GemmBlocking.DepthStart(g.K, blocks, block);
                int depth = GemmBlocking.DepthStart(g.K, blocks, block + 1) - k0;
                float* c = g.C + column;
                float* d = block > 0 ? c : g.D == null ? null : g.D + column;
                kernel.Entry(depth, g.A + k0, g.Lda, b + (k0 * step), step, panelStride, c, g.Ldc, d, block > 0 ? g.Ldc : g.Ldd);
            }

            b += kernel.Panels * panelStride;
        }

        if (column < g.N)
        {
            RunInPlace(g.Slice(0, g.M, column, g.N), b);
        }
    }

    /// <summary>A few tiles of rows: A is small enough to be read where it is, B streams by once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunInPlace(in GemmOperands g, byte* b)
    {
        int width = 2 * V.Count;
        nint step = width * W.SizeBytes;
        int maxRows = MicroKernels<V, W>.MaxRows(2);
        int rowPanels = (g.M + maxRows - 1) / maxRows;
        int blocks = GemmBlocking.DepthBlocks(g.K);
        for (int column = 0; column < g.N; column += width)
        {
            int valid = Math.Min(width, g.N - column);
            for (int block = 0; block < blocks; block++)
            {
                int k0 = GemmBlocking.DepthStart(g.K, blocks, block);
                int depth = GemmBlocking.DepthStart(g.K, blocks, block + 1) - k0;
                var rows = new RowPanels<V>(g, 0, rowPanels, rowPanels, k0, null, 0);
                BlockedGemm<V>.Column(
                    g, rows, MicroKernels<V, W>.Rows(2), width, column, valid, depth, b + (k0 * step), step, block == 0 ? g.D : g.C, block == 0 ? g.Ldd : g.Ldc);
            }

            b += g.K * step;
        }
    }

    /// <summary>Many rows: blocks of A are packed for the L2 cache, 16-bit panels widened once per block into the L1 cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunBlocked(in GemmOperands g, byte* b)
    {
        int width = 2 * V.Count;
        nint step = width * W.SizeBytes;
        int maxRows = MicroKernels<V, W>.MaxRows(2);
        int rowPanels = (g.M + maxRows - 1) / maxRows;
        int rowBlocks = (g.M + GemmBlocking.BlockRows - 1) / GemmBlocking.BlockRows;
        int depthBlocks = GemmBlocking.DepthBlocks(g.K);
        int maxDepth = (g.K + depthBlocks - 1) / depthBlocks;
        nint panelStrideA = ((nint)maxRows * maxDepth) + GemmPacking.Slack;
        nint sizeA = panelStrideA * ((rowPanels / rowBlocks) + 1);
        sizeA = (sizeA + 15) / 16 * 16;
        bool widen = W.SizeBytes != sizeof(float);
        float* packedA = GemmScratch.Get(sizeA + (widen ? width * maxDepth : 0));
        float* widened = packedA + sizeA;
        MicroKernel[] kernels = MicroKernels<V, PanelFloat32>.Packed(2);

        for (int block = 0; block < depthBlocks; block++)
        {
            int k0 = GemmBlocking.DepthStart(g.K, depthBlocks, block);
            int depth = GemmBlocking.DepthStart(g.K, depthBlocks, block + 1) - k0;
            for (int rowBlock = 0; rowBlock < rowBlocks; rowBlock++)
            {
                int first = (int)((long)rowPanels * rowBlock / rowBlocks);
                int last = (int)((long)rowPanels * (rowBlock + 1) / rowBlocks);
                var rows = new RowPanels<V>(g, first, last - first, rowPanels, k0, packedA, panelStrideA);
                rows.Pack(g, k0, depth);
                byte* panel = b + (k0 * step);
                for (int column = 0; column < g.N; column += width)
                {
                    byte* source = panel;
                    if (widen)
                    {
                        Widen(panel, depth * 2, widened);
                        source = (byte*)widened;
                    }

                    BlockedGemm<V>.Column(
                        g, rows, kernels, width, column, Math.Min(width, g.N - column), depth, source, width * sizeof(float),
                        block == 0 ? g.D : g.C, block == 0 ? g.Ldd : g.Ldc);
                    panel += g.K * step;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(byte* source, nint vectors, float* target)
    {
        for (; vectors > 0; vectors -= 2)
        {
            V x = W.Load<V>(source);
            V y = W.Load<V>(source + (V.Count * W.SizeBytes));
            V.Store(x, target);
            V.Store(y, target + V.Count);
            source += 2 * V.Count * W.SizeBytes;
            target += 2 * V.Count;
        }
    }
}
