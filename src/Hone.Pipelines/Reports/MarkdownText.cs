namespace Hone.Pipelines.Reports;

/// <summary>Markdown (CommonMark with tables) whose foreign text stays on its line and cannot become a link, a heading, a cell or HTML.</summary>
internal sealed class MarkdownText : EscapingText
{
    private const int ShortestFence = 3;

    /// <summary>Adds foreign text as a block that is shown as it is, within a fence longer than any in it.</summary>
    public void AddBlock(string text)
    {
        string clean = Clean(text);
        int longest = 0, run = 0;
        foreach (char c in clean)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        string fence = new('`', Math.Max(ShortestFence, longest + 1));
        Builder.Append(fence).Append("text\n").Append(clean).Append(clean.EndsWith('\n') ? "" : "\n").Append(fence).Append("\n\n");
    }

    /// <inheritdoc/>
    protected override string? Escape(char c) => c switch
    {
        '\n' or '\t' => " ",
        '<' => "&lt;",
        '>' => "&gt;",
        '&' => "&amp;",
        '\\' or '`' or '*' or '_' or '[' or ']' or '#' or '|' or '~' or '$' or '!' => $"\\{c}",
        _ => null,
    };
}
