namespace Hone.Core.Recipes;

/// <summary>A text that recipe values come from: the recipe, a recipe it extends, or one <c>--set</c> argument.</summary>
public sealed class SourceText
{
    private readonly Lazy<string[]> _lines;

    /// <summary>Names a text.</summary>
    /// <param name="name">The path as the user would write it, or <c>--set</c>.</param>
    /// <param name="text">The whole content.</param>
    /// <param name="kind">How values from this text are labelled.</param>
    public SourceText(string name, string text, OriginKind kind)
    {
        Name = name;
        Text = text;
        Kind = kind;
        _lines = new(() => text.Split(["\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029"], StringSplitOptions.None));
    }

    /// <summary>The path as the user would write it, or <c>--set</c>.</summary>
    public string Name { get; }

    /// <summary>The whole content.</summary>
    public string Text { get; }

    /// <summary>How values from this text are labelled.</summary>
    public OriginKind Kind { get; }

    /// <summary>Number of lines.</summary>
    public int LineCount => _lines.Value.Length;

    /// <summary>Returns a line by its one-based number, without its line break; empty beyond the end.</summary>
    public string Line(int number) => number >= 1 && number <= _lines.Value.Length ? _lines.Value[number - 1] : "";
}
