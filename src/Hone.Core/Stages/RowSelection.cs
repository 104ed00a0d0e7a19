using Hone.Core.Random;

namespace Hone.Core.Stages;

/// <summary>Chooses a fixed number of rows from a known total, one row at a time, every subset equally likely.</summary>
/// <remarks>Source: Knuth, The Art of Computer Programming, volume 2, section 3.4.2, algorithm S. Needs no memory and keeps file order.</remarks>
internal sealed class RowSelection(RandomStream random, long total, long wanted)
{
    private long _left = total;
    private long _wanted = wanted;

    /// <summary>Decides about the next row.</summary>
    public bool TakeNext()
    {
        bool taken = _wanted > 0 && random.NextInt64(_left) < _wanted;
        _left--;
        _wanted -= taken ? 1 : 0;
        return taken;
    }

    /// <summary>Rounds a share of the rows to a number of rows.</summary>
    public static long CountOf(double fraction, long total) => (long)Math.Round(fraction * total, MidpointRounding.AwayFromZero);
}
