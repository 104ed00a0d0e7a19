namespace Hone.Core.Recipes;

/// <summary>Lets recipes hold a type that parses itself (<see cref="IParsable{TSelf}"/>), and says what its text looks like.</summary>
/// <param name="expected">Completes "must be …": <c>auto, cpu or cuda:N</c>.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class ScalarFormAttribute(string expected) : Attribute
{
    /// <summary>What the text looks like.</summary>
    public string Expected { get; } = expected;
}
