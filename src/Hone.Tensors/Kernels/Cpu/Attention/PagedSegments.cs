namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>Stretches of keys at absolute positions whose softmax is computed on its own and merged in order.</summary>
/// <remarks>The same for every number of threads: that decoding over a long context can be shared out never changes a bit.</remarks>
internal static class PagedSegments
{
    /// <summary>Keys of a segment, whole tiles.</summary>
    public const int Keys = 5 * AttentionBlock.KeyTile;

    /// <summary>The segments that hold the keys [<paramref name="begin"/>, <paramref name="end"/>).</summary>
    public static (int First, int Last) Of(int begin, int end) => begin >= end ? (0, 0) : (begin / Keys, ((end - 1) / Keys) + 1);
}
