using System.Runtime.CompilerServices;
using System.Text;

namespace Hone.Pipelines.Reports;

/// <summary>Builds a document from the program's own markup and from foreign text: whatever stands in a hole of an interpolated string is escaped.</summary>
/// <remarks>There is no way to add a string that is not a literal as markup, so that foreign text cannot become any.</remarks>
internal abstract class EscapingText
{
    private const char Replacement = '\uFFFD';

    /// <summary>What was written so far.</summary>
    protected StringBuilder Builder { get; } = new();

    /// <summary>Adds markup with foreign text in its holes.</summary>
#pragma warning disable CA1822, S1481 // the handler has done the work by the time this is called; it names this object as its argument
    public void Add([InterpolatedStringHandlerArgument("")] ref EscapingHandler markup)
    {
        _ = markup;
    }
#pragma warning restore CA1822, S1481

    /// <summary>Adds foreign text, escaped.</summary>
    public void AddText(string text)
    {
        foreach (char c in Clean(text))
        {
            if (Escape(c) is { } escaped)
            {
                Builder.Append(escaped);
            }
            else
            {
                Builder.Append(c);
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Builder.ToString();

    /// <summary>Adds the program's own markup as it is.</summary>
    internal void AddLiteral(string markup) => Builder.Append(markup);

    /// <summary>What stands for a character of foreign text; null for the character itself.</summary>
    protected abstract string? Escape(char c);

    /// <summary>Replaces what no document may hold: control characters and halves of surrogate pairs.</summary>
    protected static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001F') && !text.AsSpan().ContainsAnyInRange('\u007F', '\u009F') && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')
            && !text.AsSpan().ContainsAnyInRange('\uFFFE', '\uFFFF'))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                clean.Append(c).Append(text[++i]);
                continue;
            }

            bool isAllowed = c is '\n' or '\t' || !(char.IsControl(c) || char.IsSurrogate(c) || c >= '\uFFFE');
            clean.Append(isAllowed ? c : c == '\r' ? ' ' : Replacement);
        }

        return clean.ToString();
    }
}
