namespace Hone.Core.Recipes;

/// <summary>One mistake in a recipe: what is wrong, where, what is known, and what helps.</summary>
/// <param name="Message">What is wrong, in one line.</param>
/// <param name="Location">Where, if a place in a text can be named.</param>
/// <param name="File">The file, where the whole file is the place.</param>
public sealed record RecipeProblem(string Message, SourceLocation? Location, string File = "")
{
    // A line of a generated file can be arbitrarily long; this much of it fits a terminal beside the line number.
    private const int MaxExcerpt = 110;
    private const int ContextBefore = 40;

    /// <summary>Facts: nearest names, known keys, what was expected.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The command that tells more; empty if none does.</summary>
    public string Help { get; init; } = "";

    /// <summary>The place as the first line of the problem names it.</summary>
    public string Where => Location?.ToString() ?? File;

    /// <summary>Lays the problem out with its source line and caret.</summary>
    public string Render()
    {
        var lines = new List<string> { $"{Where}: error: {Message}" };
        if (Location is not null)
        {
            lines.AddRange(Excerpt(Location));
        }

        lines.AddRange(Notes.Select(note => $"      = {note}"));
        if (Help.Length > 0)
        {
            lines.Add($"      = help: {Help}");
        }

        return string.Join('\n', lines.Select(line => line.TrimEnd()));
    }

    private static IEnumerable<string> Excerpt(SourceLocation location)
    {
        string line = location.Source.Line(location.Line);
        int column = Math.Min(location.Column - 1, line.Length);
        int start = line.Length > MaxExcerpt ? Math.Max(0, Math.Min(column - ContextBefore, line.Length - MaxExcerpt)) : 0;
        string shown = line[start..Math.Min(line.Length, start + MaxExcerpt)];
        string before = start > 0 ? "…" : "";
        string after = start + MaxExcerpt < line.Length ? "…" : "";
        int carets = Math.Clamp(location.Length, 1, Math.Max(1, shown.Length - (column - start)));
        string number = location.Source.Kind == OriginKind.Set ? "" : location.Line.ToString();
        yield return $"{number,5} | {before}{Printable(shown)}{after}";
        yield return $"      | {new string(' ', before.Length + column - start)}{new string('^', carets)}";
    }

    // A tab is shown as an arrow because it is often the mistake itself; other control characters could drive the terminal.
    private static string Printable(string text) => string.Concat(text.Select(c => c == '\t' ? '→' : char.IsControl(c) ? '·' : c));
}
