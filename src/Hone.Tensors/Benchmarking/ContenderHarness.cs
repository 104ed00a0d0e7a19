using System.Diagnostics;

namespace Hone.Tensors.Benchmarking;

/// <summary>Times contenders against each other in one process: interleaved, order reversed every second round, disturbed blocks repeated.</summary>
/// <param name="settings">Lengths and repetitions.</param>
/// <param name="cancellation">Ends the measurement between blocks.</param>
public sealed class ContenderHarness(BenchmarkSettings settings, CancellationToken cancellation)
{
    // The runtime recompiles hot methods 100 ms after the last new one was called 30 times; two such waits reach the last tier.
    private const int WarmUpCalls = 40;
    private static readonly TimeSpan s_tierDelay = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_warmUpLimit = TimeSpan.FromMilliseconds(250);

    private bool _isWarm;

    /// <summary>Measures every contender in every round.</summary>
    /// <returns>Times in the order of <paramref name="contenders"/>.</returns>
    /// <exception cref="OperationCanceledException">Cancelled between blocks.</exception>
    public IReadOnlyList<ContenderTimes> Measure(params IReadOnlyList<Contender> contenders)
    {
        if (!_isWarm)
        {
            WarmUp(contenders);
            _isWarm = true;
        }

        var rounds = new double[contenders.Count][];
        for (int i = 0; i < contenders.Count; i++)
        {
            rounds[i] = new double[settings.Rounds];
            contenders[i].Run(); // touches the case's memory
        }

        for (int round = 0; round < settings.Rounds; round++)
        {
            for (int i = 0; i < contenders.Count; i++)
            {
                int turn = round % 2 == 0 ? i : contenders.Count - 1 - i;
                rounds[turn][round] = Block(contenders[turn].Run);
            }
        }

        return [.. contenders.Select((contender, i) => new ContenderTimes(contender.Name, rounds[i]))];
    }

    private void WarmUp(IReadOnlyList<Contender> contenders)
    {
        for (int pass = 0; pass < 3; pass++)
        {
            foreach (Contender contender in contenders)
            {
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < WarmUpCalls && Stopwatch.GetElapsedTime(start) < s_warmUpLimit; i++)
                {
                    contender.Run();
                }
            }

            Wait(s_tierDelay);
        }
    }

    private double Block(Action run)
    {
        double best = double.PositiveInfinity;
        long leastDisturbance = long.MaxValue;
        for (int attempt = 0; attempt < settings.Tries; attempt++)
        {
            Wait(settings.Pause);
            var gate = NoiseGate.Begin();
            double seconds = TimeCalls(run);
            long disturbance = gate.DisturbanceTicks();
            if (disturbance < leastDisturbance || (disturbance == leastDisturbance && seconds < best))
            {
                (best, leastDisturbance) = (seconds, disturbance);
            }

            if (disturbance == 0)
            {
                break;
            }
        }

        return best;
    }

    private double TimeCalls(Action run)
    {
        var times = new List<double>();
        run(); // brings threads and caches back after the pause
        long start = Stopwatch.GetTimestamp();
        do
        {
            long begin = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(start) < settings.BlockTime);

        return ContenderTimes.Median([.. times]);
    }

    private void Wait(TimeSpan time)
    {
        cancellation.WaitHandle.WaitOne(time);
        cancellation.ThrowIfCancellationRequested();
    }
}
