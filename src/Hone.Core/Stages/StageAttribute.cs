using Hone.Core.Registry;

namespace Hone.Core.Stages;

/// <summary>Names a stage for recipes: <c>stages: { data: { type: split, … } }</c>.</summary>
/// <param name="name">The name as written after <c>type:</c>.</param>
public sealed class StageAttribute(string name) : RegisteredAttribute(StageKind, name)
{
    /// <summary>The kind under which stages are registered.</summary>
    public const string StageKind = "stage";
}
