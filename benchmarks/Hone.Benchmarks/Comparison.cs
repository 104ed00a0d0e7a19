using System.Reflection;
using Hone.Tensors.Benchmarking;

namespace Hone.Benchmarks;

/// <summary>Measures Hone beside a peer. Has a constructor without parameters.</summary>
internal abstract class Comparison
{
    /// <summary>Names of all comparisons, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Types().Select(entry => entry.Name).Order(StringComparer.Ordinal)];

    /// <summary>The comparison called <paramref name="name"/>, or <see langword="null"/>.</summary>
    public static Comparison? Find(string name)
    {
        Type? type = Types().FirstOrDefault(entry => entry.Name == name).Type;
        return type is null ? null : (Comparison?)Activator.CreateInstance(type);
    }

    /// <summary>What the comparison measures and against which version of the peer, one line.</summary>
    public abstract string Describe();

    /// <summary>Measures case by case.</summary>
    /// <exception cref="PeerMissingException">The peer is not installed.</exception>
    public abstract IEnumerable<BenchmarkRow> Run(BenchmarkSettings settings, CancellationToken cancellation);

    private static IEnumerable<(string Name, Type Type)> Types() =>
        from type in typeof(Comparison).Assembly.GetTypes()
        let attribute = type.GetCustomAttribute<ComparisonAttribute>()
        where attribute is not null
        select (attribute.Name, type);
}
