namespace Hone.Core.Recipes;

/// <summary>A single value: text that the target property gives a type.</summary>
/// <param name="Text">The text after quotes, escapes and environment references are resolved.</param>
/// <param name="IsQuoted">Whether it was quoted or a block text, and therefore is text and nothing else.</param>
/// <param name="Location">Where it begins.</param>
internal sealed record ScalarNode(string Text, bool IsQuoted, SourceLocation Location) : RecipeNode(Location)
{
    /// <summary>Names of the environment variables that went into the text.</summary>
    public IReadOnlyList<string> EnvironmentNames { get; init; } = [];

    /// <summary>Whether this is YAML's null: nothing, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => !IsQuoted && (Text is "" or "~" or "null");

    /// <inheritdoc/>
    public override string Shape => IsNull ? "nothing" : $"'{Shorten(Text)}'";

    private static string Shorten(string text)
    {
        const int maxLength = 60; // longer values would push the point of the message off the screen
        string oneLine = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return oneLine.Length <= maxLength ? oneLine : string.Concat(oneLine.AsSpan(0, maxLength), "…");
    }
}
