using System.Runtime.ExceptionServices;

namespace Hone.Tensors.Threading;

/// <summary>A fixed set of threads that carry out statically split work with microsecond hand-over.</summary>
/// <remarks>
/// Part <c>i</c> of a job always runs the same index range whatever the number of threads that happen to be awake, so results do not depend on timing.
/// A worker spins for a short while after a job (a training step hands over thousands of times a second), then yields, then parks.
/// A job started while the pool is busy, or from inside a job, runs all its parts on the calling thread.
/// </remarks>
internal sealed class WorkerPool : IDisposable
{
    // About 10 µs. Linux likes to wake a parked worker on its caller's core, and then whoever spins keeps the other from running:
    // spinning for 300 µs instead made small two-thread products three times slower.
    private const int SpinsBeforeYield = 64;

    // About a millisecond, longer than the gaps inside a training step.
    private const int YieldsBeforePark = 2_000;

    private readonly Worker[] _workers;
    private readonly Lock _gate = new();
    private Action<int>? _body;
    private int _parts;
    private int _pending;
    private ExceptionDispatchInfo? _failure;
    private volatile bool _stopping;

    /// <summary>Starts <paramref name="threadCount"/> − 1 background threads; the caller of <see cref="Run"/> is the last one.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threadCount"/> is below 1.</exception>
    public WorkerPool(int threadCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threadCount, 1);
        ThreadCount = threadCount;
        _workers = new Worker[threadCount - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Worker(this, i + 1);
        }
    }

    /// <summary>Threads that share a job, the caller included.</summary>
    public int ThreadCount { get; }

    /// <summary>Calls <paramref name="body"/> once for every part in [0, <paramref name="parts"/>) and returns when all are done.</summary>
    /// <remarks>Part <c>p</c> runs on thread <c>p mod ThreadCount</c>. The first exception of a part is rethrown here after all parts ended.</remarks>
    public void Run(int parts, Action<int> body)
    {
        bool insideOwnJob = _gate.IsHeldByCurrentThread;
        if (parts <= 1 || _workers.Length == 0 || insideOwnJob || !_gate.TryEnter())
        {
            RunInline(parts, body);
            return;
        }

        try
        {
            if (_stopping)
            {
                RunInline(parts, body); // replaced by a pool of another size between look-up and use
                return;
            }

            int workers = Math.Min(parts, ThreadCount) - 1;
            _body = body;
            _parts = parts;
            _failure = null;
            Volatile.Write(ref _pending, workers);
            for (int i = 0; i < workers; i++)
            {
                _workers[i].Wake();
            }

            RunParts(0);
            var wait = default(Backoff);
            while (Volatile.Read(ref _pending) != 0)
            {
                wait.Once();
            }
        }
        finally
        {
            _body = null;
            _gate.Exit();
        }

        _failure?.Throw();
    }

    /// <summary>Stops the threads; a job in progress is finished first.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            foreach (Worker worker in _workers)
            {
                worker.Wake();
            }
        }
    }

    private static void RunInline(int parts, Action<int> body)
    {
        for (int part = 0; part < parts; part++)
        {
            body(part);
        }
    }

    private void RunParts(int thread)
    {
        try
        {
            Action<int> body = _body!; // set before the worker was woken
            for (int part = thread; part < _parts; part += ThreadCount)
            {
                body(part);
            }
        }
#pragma warning disable CA1031 // Carried to the caller of Run, which rethrows it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
        }
    }

    private struct Backoff
    {
        private int _rounds;

        public readonly bool ShouldPark => _rounds > SpinsBeforeYield + YieldsBeforePark;

        public void Once()
        {
            if (_rounds++ < SpinsBeforeYield)
            {
                Thread.SpinWait(4);
            }
            else
            {
                Thread.Yield();
            }
        }
    }

#pragma warning disable CA1001 // The worker's own thread disposes the semaphore when it ends.
    private sealed class Worker
#pragma warning restore CA1001
    {
        private readonly WorkerPool _pool;
        private readonly int _index;
        private readonly SemaphoreSlim _parked = new(0);
        private int _ticket; // raised by Wake, lowered by the worker when it takes the job
        private int _isParked;

        public Worker(WorkerPool pool, int index)
        {
            _pool = pool;
            _index = index;
            var thread = new Thread(Loop) { IsBackground = true, Name = $"hone-worker-{index}" };
            thread.Start();
        }

        public void Wake()
        {
            Interlocked.Exchange(ref _ticket, 1);
            if (Interlocked.Exchange(ref _isParked, 0) == 1)
            {
                _parked.Release();
            }
        }

        private void Loop()
        {
            while (true)
            {
                WaitForTicket();
                Volatile.Write(ref _ticket, 0);
                if (_pool._stopping)
                {
                    _parked.Dispose();
                    return;
                }

                _pool.RunParts(_index);
                Interlocked.Decrement(ref _pool._pending);
            }
        }

        private void WaitForTicket()
        {
            var wait = default(Backoff);
            while (Volatile.Read(ref _ticket) == 0)
            {
                if (!wait.ShouldPark)
                {
                    wait.Once();
                    continue;
                }

                Interlocked.Exchange(ref _isParked, 1);
                if (Volatile.Read(ref _ticket) != 0 && Interlocked.Exchange(ref _isParked, 0) == 1)
                {
                    return; // woken between the last look and parking, and no release is on its way
                }

                _parked.Wait();
            }
        }
    }
}
