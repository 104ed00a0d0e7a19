using Hone.Tensors.Kernels.Cpu.Gemm;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>The three products of attention over one tile of keys, each limited to the pairs that some row of a group sees.</summary>
/// <remarks>
/// Score tiles are row-major with <see cref="AttentionBlock.KeyTile"/> elements a row. Panels are the outer loop: one stays in the first cache
/// level while the rows stream past it. The tiles of the matrix product sum every element over its depth in order, in its own lane, so that it does
/// not depend on how many rows share a call.
/// </remarks>
internal static unsafe class TileLoops<V>
    where V : struct, ISimdVector<V>
{
    private static int PanelWidth => 2 * V.Count;

    private static nint PanelRowBytes => PanelWidth * sizeof(float);

    /// <summary><c>scores = left · keysᵀ</c>, whole panels at the edges of what is visible.</summary>
    /// <param name="groups">Visible keys.</param>
    /// <param name="left">Rows of <paramref name="depth"/> elements.</param>
    /// <param name="depth">Width of a row and a key.</param>
    /// <param name="keys">The tile from <see cref="TilePacking.TransposedPanels"/>.</param>
    /// <param name="padded">Keys of the tile, whole panels.</param>
    /// <param name="scores">The score tile.</param>
    public static void Dot(RowGroups groups, float* left, int depth, float* keys, int padded, float* scores)
    {
        MicroKernel[] kernels = MicroKernels<V, PanelFloat32>.Rows(2);
        for (int column = 0; column < padded; column += PanelWidth)
        {
            for (int row = 0; row < groups.Rows; row += groups.GroupRows)
            {
                (int from, int to) = groups.Keys(row);
                if (from < to && column < to && column + PanelWidth > from)
                {
                    kernels[groups.Count(row)].Entry(
                        depth, left + ((nint)row * depth), depth, (byte*)(keys + ((nint)column * depth)), PanelRowBytes,
                        scores + (row * AttentionBlock.KeyTile) + column, AttentionBlock.KeyTile, null, 0);
                }
            }
        }
    }

    /// <summary><c>target[row] += Σ over keys of scores[row, key] · values[key]</c>.</summary>
    /// <param name="groups">Visible keys; scores of a group's keys that a row of it does not see are zero.</param>
    /// <param name="scores">The score tile.</param>
    /// <param name="values">The tile from <see cref="TilePacking.Panels"/> with <see cref="AttentionBlock.KeyTile"/> rows between panels.</param>
    /// <param name="target">Rows of <paramref name="width"/> elements.</param>
    /// <param name="width">Whole panels.</param>
    public static void AddByRow(RowGroups groups, float* scores, float* values, float* target, int width)
    {
        MicroKernel[] kernels = MicroKernels<V, PanelFloat32>.Rows(2);
        for (int column = 0; column < width; column += PanelWidth)
        {
            for (int row = 0; row < groups.Rows; row += groups.GroupRows)
            {
                (int from, int to) = groups.Keys(row);
                if (from < to)
                {
                    float* sum = target + ((nint)row * width) + column;
                    kernels[groups.Count(row)].Entry(
                        to - from, scores + (row * AttentionBlock.KeyTile) + from, AttentionBlock.KeyTile,
                        (byte*)(values + ((nint)column * AttentionBlock.KeyTile) + (from * PanelWidth)), PanelRowBytes, sum, width, sum, width);
                }
            }
        }
    }

    /// <summary><c>target[key] += Σ over rows of scores[row, key] · values[row]</c>.</summary>
    /// <param name="groups">Visible keys; all other scores of the tile are zero.</param>
    /// <param name="scores">The score tile.</param>
    /// <param name="values">The block's rows from <see cref="TilePacking.Panels"/> with <paramref name="panelDepth"/> rows between panels.</param>
    /// <param name="panelDepth">See <paramref name="values"/>.</param>
    /// <param name="target">Rows of <paramref name="width"/> elements, one per key of the tile.</param>
    /// <param name="width">Whole panels.</param>
    public static void AddByKey(RowGroups groups, float* scores, float* values, int panelDepth, float* target, int width)
    {
        MicroKernel[] kernels = MicroKernels<V, PanelFloat32>.Packed(2);
        for (int column = 0; column < width; column += PanelWidth)
        {
            for (int key = 0; key < groups.Width; key += groups.GroupRows)
            {
                int count = Math.Min(groups.GroupRows, groups.Width - key);
                (int from, int to) = groups.RowsOf(key, count);
                if (from < to)
                {
                    float* sum = target + ((nint)key * width) + column;
                    kernels[count].Entry(
                        to - from, scores + (from * AttentionBlock.KeyTile) + key, AttentionBlock.KeyTile,
                        (byte*)(values + ((nint)column * panelDepth) + (from * PanelWidth)), PanelRowBytes, sum, width, sum, width);
                }
            }
        }
    }
}
