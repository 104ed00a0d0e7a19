using Hone.Core.Registry;

namespace Hone.Training.Losses;

/// <summary>Names a preference loss for recipes and <c>hone help loss</c>.</summary>
/// <param name="name">The name.</param>
public sealed class LossAttribute(string name) : RegisteredAttribute(LossKind, name)
{
    /// <summary>The kind under which losses are registered.</summary>
    public const string LossKind = "loss";
}
