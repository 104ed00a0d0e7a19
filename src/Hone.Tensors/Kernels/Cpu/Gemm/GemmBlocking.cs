using System.Globalization;

namespace Hone.Tensors.Kernels.Cpu.Gemm;

/// <summary>Block sizes of the matrix products.</summary>
/// <remarks>
/// The depth blocks decide how sums are rounded and therefore depend on K alone: every product, whatever its path, vector width,
/// thread count or number of rows, sums each output over the same blocks in the same order. The other sizes only follow the caches.
/// </remarks>
internal static class GemmBlocking
{
    /// <summary>Most steps of k between two additions to C. Measured on Zen 3: 384 loses 2 to 10 %, since C travels more often; 256 loses more.</summary>
    public const int MaxDepth = 576;

    /// <summary>Columns of B packed at a time when all rows of A fit one block: with that block they share the L2 cache.</summary>
    public const int NarrowColumns = 96;

    /// <summary>Columns of B packed at a time when the rows of A need several blocks: 1.2 MB, a share of the L3 cache.</summary>
    public const int WideColumns = 512;

    /// <summary>Up to this K a tile is finished so soon that walking along C's rows, which the hardware prefetches, matters most.</summary>
    public const int ShallowDepth = 64;

    private const int DefaultLevel2Bytes = 512 * 1024;

    /// <summary>Rows of A packed at a time: five eighths of the L2 cache at full depth, between 96 and 1,024.</summary>
    public static int BlockRows { get; } = Math.Clamp(Level2CacheBytes() / 8 * 5 / (MaxDepth * sizeof(float)), 96, 1024);

    /// <summary>Number of depth blocks of a product over <paramref name="k"/>.</summary>
    public static int DepthBlocks(int k) => (k + MaxDepth - 1) / MaxDepth;

    /// <summary>First k of depth block <paramref name="block"/>; blocks differ by at most one step.</summary>
    public static int DepthStart(int k, int blocks, int block) => (int)((long)k * block / blocks);

    private static int Level2CacheBytes()
    {
        const string Path = "/sys/devices/system/cpu/cpu0/cache/index2/size"; // Linux; elsewhere the default is close enough
        try
        {
            string text = File.Exists(Path) ? File.ReadAllText(Path).Trim() : "";
            return text.EndsWith('K') && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, null, out int kibibytes)
                ? kibibytes * 1024
                : DefaultLevel2Bytes;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return DefaultLevel2Bytes;
        }
    }
}
