namespace Hone.Tensors.Benchmarking;

/// <summary>How long and how often contenders are timed.</summary>
public sealed record BenchmarkSettings
{
    /// <summary>For a saved result: seven rounds of 50 ms.</summary>
    public static BenchmarkSettings Full { get; } = new();

    /// <summary>For a look: two rounds of 15 ms, few repetitions of disturbed blocks, fewer cases.</summary>
    public static BenchmarkSettings Brief { get; } =
        new() { IsQuick = true, Rounds = 2, BlockTime = TimeSpan.FromMilliseconds(15), Tries = 2, Pause = TimeSpan.FromMilliseconds(20) };

    /// <summary>Whether benchmarks should leave out cases that resemble others.</summary>
    public bool IsQuick { get; init; }

    /// <summary>Times that every contender is measured; at least 1.</summary>
    public int Rounds { get; init; } = 7;

    /// <summary>Length of a block of single-call timings whose median counts.</summary>
    public TimeSpan BlockTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Times that a block disturbed by other processes is tried; then its best try counts.</summary>
    public int Tries { get; init; } = 8;

    /// <summary>Rest between contenders, so that spinning workers of the one before have gone to sleep.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(45);
}
