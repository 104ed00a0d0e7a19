using System.Reflection;

namespace Hone.Tensors.Tests.Ops;

/// <summary>Every op of the library, found by its attribute, with its samples.</summary>
internal static class OpCatalog
{
    private static readonly Dictionary<string, OpDefinition> s_ops = typeof(Tensor).Assembly.GetTypes()
        .Where(type => type.GetCustomAttribute<OpAttribute>() is not null)
        .ToDictionary(type => type.GetCustomAttribute<OpAttribute>()!.Name, type => (OpDefinition)Activator.CreateInstance(type, nonPublic: true)!);

    /// <summary>Registered names, in order.</summary>
    public static TheoryData<string> Names => new(s_ops.Keys.Order(StringComparer.Ordinal));

    /// <summary>Samples of one op.</summary>
    public static IReadOnlyList<OpSample> SamplesOf(string name) => s_ops[name].Samples.ToList();
}
