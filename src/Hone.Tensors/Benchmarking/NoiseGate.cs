using System.Globalization;

namespace Hone.Tensors.Benchmarking;

/// <summary>Tells how much processor time other processes took while a block was timed.</summary>
/// <remarks>Reads <c>/proc/stat</c> and <c>/proc/self/stat</c>; on systems without them every block counts as quiet.</remarks>
internal sealed class NoiseGate
{
    // Ticks of 10 ms: the counters advance in whole ticks, so one tick may be rounding.
    private const long AllowedTicks = 1;

    // A block of seconds always holds a little of the system's own work: one part in fifty does not move a median.
    private const long AllowedShare = 50;

    private readonly long _start = Environment.TickCount64;
    private readonly long _machine;
    private readonly long _own;

    private NoiseGate(long machine, long own)
    {
        _machine = machine;
        _own = own;
    }

    /// <summary>Starts watching.</summary>
    public static NoiseGate Begin() => new(MachineTicks(), OwnTicks());

    /// <summary>Ticks (10 ms) of other processes since <see cref="Begin"/>, beyond what rounding explains; 0 is quiet.</summary>
    public long DisturbanceTicks()
    {
        long allowed = AllowedTicks + ((Environment.TickCount64 - _start) / 10 / AllowedShare);
        return Math.Max(0, MachineTicks() - _machine - (OwnTicks() - _own) - allowed);
    }

    /// <summary>Busy ticks of all processors from the first line of <c>/proc/stat</c>: all but idle and waiting for a disk.</summary>
    internal static long ParseMachine(string stat)
    {
        int end = stat.IndexOf('\n', StringComparison.Ordinal);
        string[] fields = (end < 0 ? stat : stat[..end]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long busy = 0;
        for (int i = 1; i < Math.Min(fields.Length, 9); i++)
        {
            bool idle = i is 4 or 5;
            busy += idle ? 0 : long.Parse(fields[i], CultureInfo.InvariantCulture);
        }

        return busy;
    }

    /// <summary>User and system ticks (fields 14 and 15) from <c>/proc/self/stat</c>; the name in parentheses may hold spaces.</summary>
    internal static long ParseOwn(string stat)
    {
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private static long MachineTicks() => File.Exists("/proc/stat") ? ParseMachine(File.ReadAllText("/proc/stat")) : 0;

    private static long OwnTicks() => File.Exists("/proc/self/stat") ? ParseOwn(File.ReadAllText("/proc/self/stat")) : 0;
}
