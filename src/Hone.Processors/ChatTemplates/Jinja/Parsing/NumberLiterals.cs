namespace Hone.Processors.ChatTemplates.Jinja.Parsing;

/// <summary>Where the numbers of a template end.</summary>
/// <remarks>As in Python, single underscores may stand between digits.</remarks>
internal static class NumberLiterals
{
    /// <summary>The end of the number with a fraction or an exponent that begins at a digit; −1 when it has neither.</summary>
    public static int FloatEnd(string source, int start)
    {
        if (start > 0 && source[start - 1] == '.')
        {
            return -1; // a.0.5 are two subscripts
        }

        int whole = DigitsEnd(source, start, char.IsAsciiDigit);
        int at = whole;
        if (at + 1 < source.Length && source[at] == '.' && char.IsAsciiDigit(source[at + 1]))
        {
            at = DigitsEnd(source, at + 1, char.IsAsciiDigit);
        }

        if (at < source.Length && source[at] is 'e' or 'E')
        {
            int exponent = at + 1 + (at + 1 < source.Length && source[at + 1] is '-' or '+' ? 1 : 0);
            at = exponent < source.Length && char.IsAsciiDigit(source[exponent]) ? DigitsEnd(source, exponent, char.IsAsciiDigit) : at;
        }

        return at > whole ? at : -1;
    }

    /// <summary>The end of the whole number, decimal or behind <c>0x</c>, <c>0o</c> or <c>0b</c>, that begins at a digit.</summary>
    public static int IntegerEnd(string source, int start)
    {
        if (source[start] != '0')
        {
            return DigitsEnd(source, start, char.IsAsciiDigit);
        }

        char prefix = start + 1 < source.Length ? char.ToLowerInvariant(source[start + 1]) : '\0';
        Predicate<char>? isDigit = prefix switch
        {
            'x' => char.IsAsciiHexDigit,
            'o' => c => c is >= '0' and <= '7',
            'b' => c => c is '0' or '1',
            _ => null,
        };
        int end = isDigit is null ? -1 : DigitsEnd(source, start + 2, isDigit);
        return end > start + 2 ? end : DigitsEnd(source, start, c => c == '0');
    }

    private static int DigitsEnd(string source, int at, Predicate<char> isDigit)
    {
        while (at < source.Length && (isDigit(source[at]) || (source[at] == '_' && at + 1 < source.Length && isDigit(source[at + 1]))))
        {
            at++;
        }

        return at;
    }
}
