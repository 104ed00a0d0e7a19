namespace Hone.Tensors.Benchmarking;

/// <summary>What this machine does at most on a number of threads.</summary>
/// <param name="Threads">Threads that were measured.</param>
/// <param name="FmaGflops">f32 fused multiply-adds in registers, GFLOP/s.</param>
/// <param name="ReadGigabytesPerSecond">Reads from memory, GB/s.</param>
public sealed record MeasuredLimits(int Threads, double FmaGflops, double ReadGigabytesPerSecond)
{
    /// <summary>Measures both limits; takes about half a second.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    public static MeasuredLimits Of(int threads) => new(threads, MachineLimits.FmaGflops(threads), MachineLimits.ReadGigabytesPerSecond(threads));
}
