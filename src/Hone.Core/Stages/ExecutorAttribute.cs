using Hone.Core.Registry;

namespace Hone.Core.Stages;

/// <summary>Names an executor for recipes: <c>launch: { type: local }</c>.</summary>
/// <param name="name">The name as written after <c>type:</c>.</param>
public sealed class ExecutorAttribute(string name) : RegisteredAttribute(ExecutorKind, name)
{
    /// <summary>The kind under which executors are registered.</summary>
    public const string ExecutorKind = "executor";
}
