namespace Hone.Tensors.Threading;

/// <summary>How many threads the CPU kernels use. Results are the same bytes for every count.</summary>
/// <remarks>
/// The one piece of process-wide state of the tensor library, like the cores it stands for: set once by the program
/// (<c>--threads</c>), or for a stretch of code on the calling thread with <see cref="Use"/>.
/// </remarks>
public static class ComputeThreads
{
    private static readonly Lock s_gate = new();
    private static WorkerPool? s_pool;
    private static int s_count = Environment.ProcessorCount;

    [ThreadStatic]
    private static WorkerPool? t_pool;

    /// <summary>Threads that share a kernel, at least 1; the number of processors unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set below 1.</exception>
    public static int Count
    {
        get => t_pool?.ThreadCount ?? s_count;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            lock (s_gate)
            {
                s_count = value;
                s_pool?.Dispose();
                s_pool = null;
            }
        }
    }

    internal static WorkerPool Pool
    {
        get
        {
            if (t_pool is { } own)
            {
                return own;
            }

            lock (s_gate)
            {
                return s_pool ??= new WorkerPool(s_count);
            }
        }
    }

    /// <summary>Uses <paramref name="count"/> threads for kernels started from the calling thread until the result is disposed.</summary>
    public static IDisposable Use(int count) => new Override(count);

    /// <summary>Splits [0, <paramref name="count"/>) into at most <see cref="Count"/> contiguous ranges of at least <paramref name="grain"/> and runs them.</summary>
    /// <param name="count">Number of independent items (rows, heads, columns).</param>
    /// <param name="grain">Items below which a second thread costs more than it brings; at least 1.</param>
    /// <param name="body">Called with [begin, end). Must compute each item the same way whatever the range: never reduce across items.</param>
    internal static void ForRange(long count, long grain, Action<long, long> body)
    {
        if (count <= 0)
        {
            return;
        }

        int parts = (int)Math.Min(Count, Math.Max(1, count / Math.Max(1, grain)));
        if (parts == 1)
        {
            body(0, count);
            return;
        }

        Pool.Run(parts, part => body(count * part / parts, count * (part + 1) / parts));
    }

    private sealed class Override : IDisposable
    {
        private readonly WorkerPool? _previous = t_pool;
        private readonly WorkerPool _own;

        public Override(int count) => t_pool = _own = new WorkerPool(count);

        public void Dispose()
        {
            t_pool = _previous;
            _own.Dispose();
        }
    }
}
