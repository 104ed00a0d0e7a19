using System.Text.RegularExpressions;
using Hone.Processors.ChatTemplates.Jinja.Python;
using Hone.Processors.ChatTemplates.Jinja.Values;

namespace Hone.Processors.ChatTemplates.Jinja.Library;

/// <summary>The filter <c>wordwrap</c>: Python's <c>textwrap.wrap</c>, line by line, with white space kept as it is.</summary>
/// <remarks>Source: the Python library reference, <c>textwrap</c>, with <c>expand_tabs</c> and <c>replace_whitespace</c> off.</remarks>
internal static partial class WordWrapping
{
    private const int DefaultWidth = 79;

    public static object? Apply(RenderState state, object?[] a)
    {
        int width = Argument.Int(a[1], DefaultWidth);
        bool breaksLong = Argument.IsTrue(a[2], fallback: true);
        string separator = Argument.Or(a[3], null) is { } given ? Argument.Text(given, "wordwrap()") : "\n";
        bool breaksHyphens = Argument.IsTrue(a[4], fallback: true);
        var lines = new List<string>();
        foreach (string line in StringMethods.SplitLines(state, Argument.Text(a[0], "wordwrap()"), keepEnds: false))
        {
            lines.Add(string.Join(separator, Wrap(state, line, width, breaksLong, breaksHyphens)));
        }

        string wrapped = string.Join(separator, lines);
        state.ChargeText(wrapped.Length);
        return a[0] is Markup ? new Markup(wrapped) : wrapped;
    }

    private static List<string> Wrap(RenderState state, string text, int width, bool breaksLong, bool breaksHyphens)
    {
        if (width <= 0)
        {
            throw PythonException.Value($"invalid width {width} (must be > 0)");
        }

        var chunks = new Stack<string>(Chunks(text, breaksHyphens).Reverse());
        var lines = new List<string>();
        while (chunks.Count > 0)
        {
            state.Charge(1);
            var line = new List<string>();
            int length = 0;
            if (lines.Count > 0 && IsBlank(chunks.Peek()))
            {
                chunks.Pop();
            }

            while (chunks.Count > 0 && length + Characters.Length(chunks.Peek()) <= width)
            {
                length += Characters.Length(chunks.Peek());
                line.Add(chunks.Pop());
            }

            if (chunks.Count > 0 && Characters.Length(chunks.Peek()) > width)
            {
                BreakLong(chunks, line, width - length, breaksLong, breaksHyphens);
            }

            if (line.Count > 0 && IsBlank(line[^1]))
            {
                line.RemoveAt(line.Count - 1);
            }

            if (line.Count > 0)
            {
                lines.Add(string.Concat(line));
            }
        }

        return lines;
    }

    private static void BreakLong(Stack<string> chunks, List<string> line, int room, bool breaksLong, bool breaksHyphens)
    {
        if (!breaksLong)
        {
            if (line.Count == 0)
            {
                line.Add(chunks.Pop());
            }

            return;
        }

        string chunk = chunks.Pop();
        int end = Characters.UnitsBefore(chunk, Math.Max(1, room));
        if (breaksHyphens && room > 0 && Characters.Length(chunk) > room)
        {
            int hyphen = chunk.LastIndexOf('-', end - 1);
            end = hyphen > 0 && chunk.AsSpan(0, hyphen).ContainsAnyExcept('-') ? hyphen + 1 : end;
        }

        line.Add(chunk[..end]);
        chunks.Push(chunk[end..]);
    }

    private static bool IsBlank(string chunk) => Characters.Strip(chunk).Length == 0;

    private static IEnumerable<string> Chunks(string text, bool breaksHyphens) =>
        (breaksHyphens ? WordSeparator() : Blanks()).Split(text).Where(chunk => chunk.Length > 0);

    [GeneratedRegex(@"([\t\n\v\f\r ]+|(?<=[\w!""'&.,?])-{2,}(?=\w)|[^\t\n\v\f\r ]+?(?:-(?:(?<=[^\d\W]{2}-)|(?<=[^\d\W]-[^\d\W]-))(?=[^\d\W]-?[^\d\W])|(?=[\t\n\v\f\r ]|\z)|(?<=[\w!""'&.,?])(?=-{2,}\w)))", RegexOptions.None, 1000)]
    private static partial Regex WordSeparator();

    [GeneratedRegex(@"([\t\n\v\f\r ]+)", RegexOptions.None, 1000)]
    private static partial Regex Blanks();
}
