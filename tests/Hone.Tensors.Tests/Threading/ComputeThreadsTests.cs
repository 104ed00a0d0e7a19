using Hone.Tensors.Threading;

namespace Hone.Tensors.Tests.Threading;

public sealed class ComputeThreadsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void ForRange_AnyGrain_CoversEveryItemOnce(int threads)
    {
        using IDisposable use = ComputeThreads.Use(threads);
        Assert.Equal(threads, ComputeThreads.Count);
        foreach (int count in (int[])[0, 1, 2, 6, 7, 8, 1000])
        {
            foreach (int grain in (int[])[1, 3, 2000])
            {
                int[] calls = new int[count];
                int ranges = 0;
                ComputeThreads.ForRange(count, grain, (begin, end) =>
                {
                    Interlocked.Increment(ref ranges);
                    for (long i = begin; i < end; i++)
                    {
                        Interlocked.Increment(ref calls[i]);
                    }
                });
                Assert.All(calls, value => Assert.Equal(1, value));
                Assert.Equal(count == 0 ? 0 : Math.Min(threads, Math.Max(1, count / grain)), ranges);
            }
        }
    }

    [Fact]
    public void Use_Nested_RestoresThePreviousCount()
    {
        int before = ComputeThreads.Count;
        using (ComputeThreads.Use(3))
        {
            using (ComputeThreads.Use(5))
            {
                Assert.Equal(5, ComputeThreads.Count);
            }

            Assert.Equal(3, ComputeThreads.Count);
        }

        Assert.Equal(before, ComputeThreads.Count);
    }

    [Fact]
    public void Count_BelowOne_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => ComputeThreads.Count = 0);
}
