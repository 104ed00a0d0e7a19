namespace Hone.Tensors.Benchmarking;

/// <summary>Measures one family of kernels on this machine, without a peer; a subclass is found by its type and shown by <c>hone bench kernels</c>.</summary>
public abstract class KernelBenchmark
{
    /// <summary>All kernel benchmarks of the library, by name.</summary>
    public static IReadOnlyList<KernelBenchmark> All { get; } = Find();

    /// <summary>Name of the family, e.g. <c>gemm</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Measures case by case on as many threads as <see cref="Threading.ComputeThreads.Count"/> says.</summary>
    /// <param name="settings">Lengths and repetitions.</param>
    /// <param name="limits">This machine's limits for that many threads.</param>
    /// <param name="cancellation">Ends the measurement between blocks.</param>
    /// <returns>Rows without a peer.</returns>
    /// <exception cref="OperationCanceledException">Cancelled between blocks.</exception>
    public abstract IEnumerable<BenchmarkRow> Run(BenchmarkSettings settings, MeasuredLimits limits, CancellationToken cancellation);

    private static KernelBenchmark[] Find() =>
    [
        .. typeof(KernelBenchmark).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(KernelBenchmark)) && !type.IsAbstract)
            .Select(type => (KernelBenchmark)Activator.CreateInstance(type, nonPublic: true)!) // a class with a constructor always yields an instance
            .OrderBy(benchmark => benchmark.Name, StringComparer.Ordinal),
    ];
}
