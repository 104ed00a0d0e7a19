using Hone.Tensors.Benchmarking;

namespace Hone.Tensors.Tests.Benchmarking;

public sealed class KernelBenchmarkTests
{
    [Fact]
    public void All_EveryBenchmark_GivesNamedRowsRelativeToTheLimits()
    {
        var settings = new BenchmarkSettings { IsQuick = true, Rounds = 1, BlockTime = TimeSpan.Zero, Tries = 1, Pause = TimeSpan.Zero };
        var limits = new MeasuredLimits(Threads: 2, FmaGflops: 50, ReadGigabytesPerSecond: 10);
        int visited = 0;
        foreach (KernelBenchmark benchmark in KernelBenchmark.All)
        {
            BenchmarkRow[] rows = [.. benchmark.Run(settings, limits, TestContext.Current.CancellationToken)];

            Assert.NotEmpty(rows);
            Assert.Equal(rows.Length, rows.Select(row => row.Case).Distinct().Count());
            Assert.All(rows, row =>
            {
                Assert.Equal(benchmark.Name, row.Bench);
                Assert.Equal(2, row.Threads);
                Assert.True(row.Hone > 0 && double.IsFinite(row.Hone), $"{row.Case}: {row.Hone} {row.Unit}");
            });
            visited++;
        }

        Assert.Contains("gemm", KernelBenchmark.All.Select(benchmark => benchmark.Name));
        Assert.Equal(KernelBenchmark.All.Count, visited);
    }

    [Fact]
    public void Limits_NoThread_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MachineLimits.FmaGflops(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MachineLimits.ReadGigabytesPerSecond(0));
    }
}
