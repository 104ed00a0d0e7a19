namespace Hone.Conformance.Tests;

/// <summary>Says which kind of fixture case a test class reads; <see cref="FixtureCoverageTests"/> fails on a kind that nobody reads.</summary>
/// <param name="kind">A kind as <see cref="FixtureKinds"/> names it, e.g. <c>training/losses/lm</c>.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class ReadsFixtureAttribute(string kind) : Attribute
{
    /// <summary>The kind.</summary>
    public string Kind { get; } = kind;
}
