using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Python;

namespace Hone.Processors.ChatTemplates.Jinja.Values;

/// <summary>Text that is HTML already and is not escaped again.</summary>
internal sealed class Markup(string text)
{
    public string Text { get; } = text;

    /// <summary>Escapes a value for HTML unless it is HTML already.</summary>
    public static Markup Escape(RenderState state, object? value)
    {
        if (value is Markup markup)
        {
            return markup;
        }

        string text = PythonOperators.Str(state, value);
        state.ChargeText(text.Length);
        return new Markup(EscapeText(text));
    }

    /// <summary>Replaces the five characters that mean something in HTML.</summary>
    public static string EscapeText(string text)
    {
        if (text.AsSpan().IndexOfAny("&<>'\"") < 0)
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '\'' => escaped.Append("&#39;"),
                '"' => escaped.Append("&#34;"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }

    public override string ToString() => Text;
}
