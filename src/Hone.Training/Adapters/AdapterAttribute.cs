using Hone.Core.Registry;

namespace Hone.Training.Adapters;

/// <summary>Names a kind of adapter for recipes: <c>adapter: { type: lora, rank: 16 }</c>.</summary>
/// <param name="name">The name as written after <c>type:</c>.</param>
public sealed class AdapterAttribute(string name) : RegisteredAttribute(AdapterKind, name)
{
    /// <summary>The kind under which adapters are registered.</summary>
    public const string AdapterKind = "adapter";
}
