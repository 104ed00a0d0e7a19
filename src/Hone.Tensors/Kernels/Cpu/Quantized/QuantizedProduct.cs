using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Quantized;

/// <summary>Rows of activations times some panels of a quantized weight, on the calling thread.</summary>
/// <typeparam name="I">Integer vector.</typeparam>
/// <typeparam name="V">f32 vector of as many lanes.</typeparam>
internal static unsafe class QuantizedProduct<I, V>
    where I : struct, IIntVector<I, V>
    where V : struct, ISimdVector<V>
{
    // Rows that pass a panel before the next panel: their integers stay within the second cache level.
    private const int BlockRows = 192;

    private const int TileRows = 4;

    /// <summary>Computes <c>C[rows, columns of the panels]</c>.</summary>
    /// <param name="layout">Layout of the panels.</param>
    /// <param name="panels">First panel of the weight.</param>
    /// <param name="columns">Columns of C, the weight's rows.</param>
    /// <param name="from">First panel of this part.</param>
    /// <param name="to">One past its last.</param>
    /// <param name="activations">The rows.</param>
    /// <param name="firstRow">First row of this part.</param>
    /// <param name="endRow">One past its last.</param>
    /// <param name="c">First element of C.</param>
    /// <param name="ldc">Floats between rows of C.</param>
    /// <param name="bias">Added to every row, or null.</param>
    public static void Run(
        in QuantizedPanelLayout layout, byte* panels, int columns, int from, int to, in QuantizedActivations activations, int firstRow, int endRow,
        float* c, nint ldc, float* bias)
    {
        int ofGroups = layout.Groups * layout.Lanes;
        using var scratch = new KernelScratch((2L * ofGroups) + (TileRows * layout.Lanes));
        float* scales = scratch.Floats, minima = layout.Scheme.HasMinima ? scales + ofGroups : null;
        var tile = new QuantizedTile
        {
            Scales = scales,
            Groups = layout.Groups,
            GroupBytes = layout.Scheme.Group * (layout.Scheme.Levels == LevelWidth.Nibble ? sizeof(sbyte) : sizeof(short)),
            RowBytes = (nint)(activations.Integers(1) - activations.Integers(0)),
            Sums = scales + (2 * ofGroups),
        };
        bool isNibble = layout.Scheme.Levels == LevelWidth.Nibble;
        for (int block = firstRow; block < endRow; block += BlockRows)
        {
            int end = Math.Min(endRow, block + BlockRows);
            for (int p = from; p < to; p++)
            {
                byte* panel = panels + (p * layout.SizeBytes);
                ScaleReader<V>.Read(layout, panel, scales);
                if (minima != null)
                {
                    ScaleReader<V>.Read(layout, panel + layout.MinimaOffset, minima);
                }

                tile.Levels = panel + layout.LevelsOffset;
                int column = p * layout.Lanes;
                Rows(
                    tile, isNibble, activations, block, end, minima, Math.Min(layout.Lanes, columns - column), c + column, ldc,
                    bias == null ? null : bias + column);
            }
        }
    }

    private static void Rows(
        QuantizedTile tile, bool isNibble, in QuantizedActivations activations, int row, int end, float* minima, int valid, float* c,
        nint ldc, float* bias)
    {
        while (row < end)
        {
            int count = end - row >= TileRows ? TileRows : end - row >= 2 ? 2 : 1;
            tile.Integers = activations.Integers(row);
            tile.RowScales = activations.Scales(row);
            tile.Starts = activations.Starts(row);
            if (isNibble)
            {
                RunNibbles(tile, count);
            }
            else
            {
                RunBytes(tile, count);
            }

            for (int r = 0; r < count; r++, row++)
            {
                Finish(tile.Sums + (r * 2 * V.Count), minima, activations.Sums(row), tile.Groups, valid, c + (row * ldc), bias);
            }
        }
    }

    private static void RunNibbles(in QuantizedTile tile, int rows)
    {
        switch (rows)
        {
            case TileRows:
                NibbleTiles<I, V>.Run4(tile);
                break;
            case 2:
                NibbleTiles<I, V>.Run2(tile);
                break;
            default:
                NibbleTiles<I, V>.Run1(tile);
                break;
        }
    }

    private static void RunBytes(in QuantizedTile tile, int rows)
    {
        switch (rows)
        {
            case TileRows:
                ByteTiles<I, V>.Run4(tile);
                break;
            case 2:
                ByteTiles<I, V>.Run2(tile);
                break;
            default:
                ByteTiles<I, V>.Run1(tile);
                break;
        }
    }

    /// <summary>Adds the groups' minima and the bias and stores the lanes that exist.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(float* sums, float* minima, float* groupSums, int groups, int valid, float* c, float* bias)
    {
        V first = V.Load(sums), second = V.Load(sums + V.Count);
        if (minima != null)
        {
            V ofFirst = V.Zero, ofSecond = V.Zero;
            for (nint g = 0; g < groups; g++)
            {
                V sum = V.Splat(groupSums[g]);
                ofFirst = V.MultiplyAdd(V.Load(minima), sum, ofFirst);
                ofSecond = V.MultiplyAdd(V.Load(minima + V.Count), sum, ofSecond);
                minima += 2 * V.Count;
            }

            first += ofFirst;
            second += ofSecond;
        }

        if (valid == 2 * V.Count)
        {
            V.Store(bias == null ? first : first + V.Load(bias), c);
            V.Store(bias == null ? second : second + V.Load(bias + V.Count), c + V.Count);
            return;
        }

        V.Store(first, sums);
        V.Store(second, sums + V.Count);
        for (int lane = 0; lane < valid; lane++)
        {
            c[lane] = bias == null ? sums[lane] : sums[lane] + bias[lane];
        }
    }
}
