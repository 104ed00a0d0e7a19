using System.Globalization;
using System.Text;
using Hone.Processors.ChatTemplates.Jinja.Python;

namespace Hone.Processors.ChatTemplates.Jinja.Parsing;

/// <summary>The escapes of a string literal, those of Python's <c>unicode-escape</c> codec.</summary>
internal static class StringEscapes
{
    /// <summary>The value of a literal, or null if an escape is malformed. Names of characters (<c>\N{…}</c>) are not known.</summary>
    public static string? Decode(string literal)
    {
        if (!literal.Contains('\\'))
        {
            return literal;
        }

        var text = new StringBuilder(literal.Length);
        for (int i = 0; i < literal.Length; i++)
        {
            if (literal[i] != '\\')
            {
                text.Append(literal[i]);
            }
            else if (++i == literal.Length || !TryEscape(literal, ref i, text))
            {
                return null;
            }
        }

        return text.ToString();
    }

    private static bool TryEscape(string literal, ref int at, StringBuilder text)
    {
        char c = literal[at];
        switch (c)
        {
            case '\n':
                return true;
            case '\\' or '\'' or '"':
                text.Append(c);
                return true;
            case >= '0' and <= '7':
                int code = 0;
                int end = at;
                for (; end < literal.Length && end < at + 3 && literal[end] is >= '0' and <= '7'; end++)
                {
                    code = (code * 8) + literal[end] - '0';
                }

                at = end - 1;
                text.Append((char)code);
                return true;
            case 'x':
                return TryCode(literal, ref at, 2, text);
            case 'u':
                return TryCode(literal, ref at, 4, text);
            case 'U':
                return TryCode(literal, ref at, 8, text);
            case 'N':
                return false;
        }

        int known = "abfnrtv".IndexOf(c, StringComparison.Ordinal);
        if (known >= 0)
        {
            text.Append("\a\b\f\n\r\t\v"[known]);
            return true;
        }

        int width = Characters.Width(literal, at);
        int other = Characters.At(literal, at);
        at += width - 1;
        text.Append('\\').Append(other < 0x80 ? c.ToString() : other < 0x100 ? $"x{other:x2}" : other < 0x10000 ? $"u{other:x4}" : $"U{other:x8}");
        return true;
    }

    private static bool TryCode(string literal, ref int at, int digits, StringBuilder text)
    {
        if (at + digits >= literal.Length
            || !int.TryParse(literal.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
            || code is < 0 or > 0x10FFFF)
        {
            return false;
        }

        Characters.Append(text, code);
        at += digits;
        return true;
    }
}
