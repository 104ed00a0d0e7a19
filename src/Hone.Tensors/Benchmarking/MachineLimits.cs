using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Benchmarking;

/// <summary>Measures what this machine can do at most: fused multiply-adds in registers and reads from memory.</summary>
/// <remarks>Kernels are judged against these figures rather than against data sheets, since clock rates depend on load and cooling.</remarks>
public static unsafe class MachineLimits
{
    private const int Repetitions = 9;
    private const nint ReadBytes = 256 << 20; // well beyond any last-level cache

    /// <summary>Highest rate of f32 fused multiply-adds on <paramref name="threads"/> threads with the widest vectors.</summary>
    /// <returns>GFLOP/s, two operations a multiply-add.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    public static double FmaGflops(int threads) => FmaGflops(threads, SimdDispatch.Current);

    /// <summary>Highest rate of reading memory on <paramref name="threads"/> threads.</summary>
    /// <returns>GB/s (10⁹ bytes).</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    public static double ReadGigabytesPerSecond(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)ReadBytes, 4096);
        try
        {
            new Span<byte>(memory, (int)ReadBytes).Clear(); // gives every page its own memory
            nint share = ReadBytes / threads / 4096 * 4096;
            return share * threads / 1e9 / Fastest(threads, part => SumOf((float*)(memory + (part * share)), share / sizeof(float)));
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    internal static double FmaGflops(int threads, SimdLevel level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        const int Steps = 1_000_000;
        int lanes = level switch { SimdLevel.Vector512 => 16, SimdLevel.Vector256 => 8, _ => 4 };
        double seconds = Fastest(threads, _ => FmaLoop(level, Steps));
        return 2.0 * 12 * lanes * Steps * threads / 1e9 / seconds;
    }

    private static double Fastest(int threads, Action<int> part)
    {
        using IDisposable use = ComputeThreads.Use(threads);
        double best = double.PositiveInfinity;
        for (int i = 0; i < Repetitions; i++)
        {
            long start = Stopwatch.GetTimestamp();
            ComputeThreads.Pool.Run(threads, part);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    private static void FmaLoop(SimdLevel level, int steps)
    {
        switch (level)
        {
            case SimdLevel.Vector512:
                FmaLoop<Vec512>(steps);
                break;
            case SimdLevel.Vector256:
                FmaLoop<Vec256>(steps);
                break;
            default:
                FmaLoop<Vec128>(steps);
                break;
        }
    }

    // Twelve sums: more than latency times throughput on every current core, and no more than 16 registers hold.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float FmaLoop<V>(int steps)
        where V : struct, ISimdVector<V>
    {
        V x = V.Splat(0.5f), y = V.Splat(0.25f);
        V s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x, s7 = x, s8 = x, s9 = x, s10 = x, s11 = x;
        for (int i = 0; i < steps; i++)
        {
            s0 = V.MultiplyAdd(s0, x, y);
            s1 = V.MultiplyAdd(s1, x, y);
            s2 = V.MultiplyAdd(s2, x, y);
            s3 = V.MultiplyAdd(s3, x, y);
            s4 = V.MultiplyAdd(s4, x, y);
            s5 = V.MultiplyAdd(s5, x, y);
            s6 = V.MultiplyAdd(s6, x, y);
            s7 = V.MultiplyAdd(s7, x, y);
            s8 = V.MultiplyAdd(s8, x, y);
            s9 = V.MultiplyAdd(s9, x, y);
            s10 = V.MultiplyAdd(s10, x, y);
            s11 = V.MultiplyAdd(s11, x, y);
        }

        return V.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float SumOf(float* memory, nint count)
    {
        Vec256 s0 = Vec256.Zero, s1 = Vec256.Zero, s2 = Vec256.Zero, s3 = Vec256.Zero;
        for (float* end = memory + count; memory < end; memory += 32)
        {
            s0 += Vec256.Load(memory);
            s1 += Vec256.Load(memory + 8);
            s2 += Vec256.Load(memory + 16);
            s3 += Vec256.Load(memory + 24);
        }

        return Vec256.Sum(s0 + s1 + s2 + s3);
    }
}
