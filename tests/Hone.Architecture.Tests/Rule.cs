namespace Hone.Architecture.Tests;

/// <summary>One convention that the repository keeps.</summary>
/// <param name="Name">What must hold, as a sentence.</param>
/// <param name="Items">What it looks at, in the plural.</param>
/// <param name="Check">Looks at a tree.</param>
internal sealed record Rule(string Name, string Items, Func<Repository, Finding> Check)
{
    /// <summary>Every rule that reads files alone.</summary>
    public static IReadOnlyList<Rule> All { get; } = [.. ProjectRules.All, .. SourceRules.All, .. DocumentRules.All];
}
