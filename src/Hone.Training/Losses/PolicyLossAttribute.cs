using Hone.Core.Registry;

namespace Hone.Training.Losses;

/// <summary>Names a loss on a model's own samples for <c>hone help policy-loss</c>.</summary>
/// <param name="name">The name.</param>
public sealed class PolicyLossAttribute(string name) : RegisteredAttribute(PolicyLossKind, name)
{
    /// <summary>The kind under which such losses are registered.</summary>
    public const string PolicyLossKind = "policy-loss";
}
