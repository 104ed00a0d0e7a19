using Hone.Core.Registry;

namespace Hone.Training.Optimizers;

/// <summary>Names an optimizer for recipes: <c>optimizer: { type: adamw, learning_rate: 2.0e-4 }</c>.</summary>
/// <param name="name">The name as written after <c>type:</c>.</param>
public sealed class OptimizerAttribute(string name) : RegisteredAttribute(OptimizerKind, name)
{
    /// <summary>The kind under which optimizers are registered.</summary>
    public const string OptimizerKind = "optimizer";
}
