namespace Hone.Core.Recipes;

/// <summary>Carries the place of YAML that Hone refuses out of <see cref="YamlReader"/>'s recursion.</summary>
internal sealed class RefusedYamlException(SourceLocation location, string message, IReadOnlyList<string> notes) : Exception(message)
{
    /// <summary>Where the refused text stands.</summary>
    public SourceLocation Location { get; } = location;

    /// <summary>What to do instead.</summary>
    public IReadOnlyList<string> Notes { get; } = notes;
}
