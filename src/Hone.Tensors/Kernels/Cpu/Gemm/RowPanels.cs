using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>A run of row panels of A. The M rows lie in <paramref name="total"/> panels of sizes that differ by at most one.</summary>
/// <param name="g">The product.</param>
/// <param name="first">First panel of the run.</param>
/// <param name="count">Panels of the run.</param>
/// <param name="total">Panels of all M rows.</param>
/// <param name="k0">First step of the depth block.</param>
/// <param name="packed">Room for packed panels, or <see langword="null"/> to read A in place.</param>
/// <param name="panelStride">Floats between packed panels.</param>
internal readonly unsafe ref struct RowPanels<V>(in GemmOperands g, int first, int count, int total, int k0, float* packed, nint panelStride)
    where V : struct, ISimdVector<V>
{
    private const int PanelsTogether = 8;

    private readonly int _rows = g.M / total;
    private readonly int _larger = g.M % total;
    private readonly bool _transposed = g.TransA;
    private readonly nint _lda = g.Lda;
    private readonly float* _source = g.TransA ? g.A + k0 * g.Lda : g.A + k0;

    /// <summary>Panels in this run.</summary>
    public int Count { get; } = count;

    /// <summary>Whether the rows of one step of k lie beside each other.</summary>
    public bool IsStepMajor => packed != null || _transposed;

    /// <summary>First row of a panel: the first panels of all have one row more than the others.</summary>
    public int Start(int panel) => ((first + panel) * _rows) + Math.Min(first + panel, _larger);

    /// <summary>A panel and its stride, as the micro-kernels take them.</summary>
    public float* Panel(int panel, out nint stride)
    {
        int row = Start(panel);
        if (packed != null)
        {
            stride = Start(panel + 1) - row;
            return packed + panel * panelStride;
        }

        stride = _lda;
        return _transposed ? _source + row : _source + row * _lda;
    }

    /// <summary>Copies this run's part of A into the packed panels.</summary>
    public void Pack(in GemmOperands operands, int firstK, int depth)
    {
        int panel = 0;
        while (panel < Count)
        {
            int row = Start(panel);
            int rows = Start(panel + 1) - row;
            float* target = packed + panel * panelStride;
            if (!operands.TransA)
            {
                GemmPacking.Transpose<V>(operands.A + row * operands.Lda + firstK, operands.Lda, rows, rows, depth, target);
                panel++;
                continue;
            }

            // Neighbouring panels of one size are copied together, so that each stored row is read along.
            int together = 1;
            while (together < PanelsTogether && panel + together < Count && Start(panel + together + 1) - Start(panel + together) == rows)
            {
                together++;
            }

            GemmPacking.CopyPanels(operands.A + firstK * operands.Lda + row, operands.Lda, rows, together, depth, target, panelStride);
            panel += together;
        }
    }
}
