using System.Text;
using Hone.Processors.Patterns;

namespace Hone.Processors.Tokenizers;

/// <summary>A string or a regular expression that normalizers replace and pre-tokenizers split at.</summary>
internal sealed class TextPattern
{
    private readonly string _literal = "";
    private readonly Pattern? _expression;

    private TextPattern(string literal) => _literal = literal;

    private TextPattern(Pattern expression) => _expression = expression;

    /// <summary>The expression, or null for a literal string.</summary>
    public Pattern? Compiled => _expression;

    /// <summary>Matches the string itself; the empty string matches nowhere.</summary>
    public static TextPattern Literal(string text) => new(text);

    /// <summary>Matches an Oniguruma expression.</summary>
    public static TextPattern Expression(string expression) => new(Pattern.Compile(expression));

    /// <summary>Cuts a text into matches and what lies between them, in order and without gaps.</summary>
    public List<SplitSpan> Cut(ReadOnlySpan<char> text)
    {
        var spans = new List<SplitSpan>();
        int done = 0;
        if (_expression is not null && text.Length > 0)
        {
            foreach (PatternMatch match in _expression.EnumerateMatches(text))
            {
                Add(match.Index, match.End);
            }
        }
        else if (_literal.Length > 0)
        {
            for (int found; (found = text[done..].IndexOf(_literal, StringComparison.Ordinal)) >= 0;)
            {
                Add(done + found, done + found + _literal.Length);
            }
        }

        if (done < text.Length || spans.Count == 0)
        {
            spans.Add(new SplitSpan(done, text.Length, false));
        }

        return spans;

        void Add(int start, int end)
        {
            if (done < start)
            {
                spans.Add(new SplitSpan(done, start, false));
            }

            spans.Add(new SplitSpan(start, end, true));
            done = end;
        }
    }

    /// <summary>The text with <paramref name="content"/> in place of every match.</summary>
    public string Replace(string text, string content)
    {
        if (_expression is null)
        {
            return _literal.Length == 0 ? text : text.Replace(_literal, content, StringComparison.Ordinal);
        }

        var replaced = new StringBuilder(text.Length);
        foreach (SplitSpan span in Cut(text))
        {
            replaced.Append(span.IsMatch ? content : text.AsSpan(span.Start, span.End - span.Start));
        }

        return replaced.ToString();
    }
}
