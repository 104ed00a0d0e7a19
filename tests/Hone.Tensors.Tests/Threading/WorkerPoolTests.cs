using Hone.Tensors.Threading;

namespace Hone.Tensors.Tests.Threading;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Run_AnyNumberOfParts_EveryPartExactlyOnce(int threads)
    {
        using var pool = new WorkerPool(threads);
        Assert.Equal(threads, pool.ThreadCount);
        foreach (int parts in (int[])[0, 1, 2, 3, 7, 8, 100])
        {
            for (int repeat = 0; repeat < 200; repeat++)
            {
                int[] calls = new int[parts];
                pool.Run(parts, part => Interlocked.Increment(ref calls[part]));
                Assert.All(calls, count => Assert.Equal(1, count));
            }
        }
    }

    [Fact]
    public void Run_TwoParts_RunOnDifferentThreads()
    {
        using var pool = new WorkerPool(2);
        using var bothThere = new Barrier(2);
        int[] thread = new int[2];
        pool.Run(2, part =>
        {
            Assert.True(bothThere.SignalAndWait(TimeSpan.FromSeconds(30)), "the other part never started");
            thread[part] = Environment.CurrentManagedThreadId;
        });

        Assert.Equal(Environment.CurrentManagedThreadId, thread[0]);
        Assert.NotEqual(thread[0], thread[1]);
    }

    [Fact]
    public void Run_AfterWorkersParked_StillRunsEveryPart()
    {
        using var pool = new WorkerPool(3);
        using var never = new ManualResetEventSlim();
        for (int repeat = 0; repeat < 5; repeat++)
        {
            never.Wait(TimeSpan.FromMilliseconds(30), TestContext.Current.CancellationToken); // longer than a worker spins and yields
            int sum = 0;
            pool.Run(3, part => Interlocked.Add(ref sum, 1 << (8 * part)));
            Assert.Equal(0x010101, sum);
        }
    }

    [Fact]
    public void Run_InsideAPart_RunsItsPartsOnTheSameThread()
    {
        using var pool = new WorkerPool(2);
        int[] outer = new int[2], inner = new int[2 * 3];
        pool.Run(2, part =>
        {
            outer[part] = Environment.CurrentManagedThreadId;
            pool.Run(3, nested => inner[(3 * part) + nested] = Environment.CurrentManagedThreadId);
        });

        for (int i = 0; i < inner.Length; i++)
        {
            Assert.Equal(outer[i / 3], inner[i]);
        }
    }

    [Fact]
    public void Run_FromSeveralThreadsAtOnce_EveryJobIsComplete()
    {
        using var pool = new WorkerPool(3);
        int[] sums = new int[4];
        Thread[] callers = [.. Enumerable.Range(0, sums.Length).Select(caller => new Thread(() =>
        {
            for (int job = 0; job < 500; job++)
            {
                pool.Run(5, part => Interlocked.Add(ref sums[caller], part + 1));
            }
        }))];
        Array.ForEach(callers, caller => caller.Start());
        Array.ForEach(callers, caller => caller.Join());

        Assert.All(sums, sum => Assert.Equal(500 * (1 + 2 + 3 + 4 + 5), sum));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    [InlineData(7, 5)]
    public void Run_APartThrows_CallerGetsItAndThePoolGoesOn(int threads, int failing)
    {
        using var pool = new WorkerPool(threads);
        var thrown = Assert.Throws<InvalidDataException>(() => pool.Run(7, part =>
        {
            if (part == failing)
            {
                throw new InvalidDataException($"part {part}");
            }
        }));
        Assert.Equal($"part {failing}", thrown.Message);

        int sum = 0;
        pool.Run(7, part => Interlocked.Add(ref sum, part));
        Assert.Equal(21, sum);
    }

    [Fact]
    public void Run_AfterDispose_StillRunsEveryPartOnTheCaller()
    {
        var pool = new WorkerPool(3);
        pool.Dispose();

        var threads = new int[4];
        pool.Run(4, part => threads[part] = Environment.CurrentManagedThreadId);
        Assert.All(threads, thread => Assert.Equal(Environment.CurrentManagedThreadId, thread));
    }

    [Fact]
    public void Constructor_NoThread_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerPool(0));
}
