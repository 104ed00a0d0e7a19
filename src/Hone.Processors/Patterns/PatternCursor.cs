using System.Globalization;
using System.Text;
using Hone.Core.Registry;

namespace Hone.Processors.Patterns;

/// <summary>A place in the text of a regular expression: reads characters, escapes and property names.</summary>
internal sealed class PatternCursor(string text)
{
    private int _at;

    /// <summary>Where it stands, in UTF-16 units.</summary>
    public int Position
    {
        get => _at;
        set => _at = value;
    }

    /// <summary>Whether nothing is left.</summary>
    public bool IsAtEnd => _at >= text.Length;

    /// <summary>The character at a distance ahead, or U+0000 behind the end.</summary>
    public char Peek(int ahead = 0) => _at + ahead < text.Length ? text[_at + ahead] : '\0';

    /// <summary>Position of a character further on, or −1.</summary>
    public int Find(char character) => _at <= text.Length ? text.IndexOf(character, _at) : -1;

    /// <summary>Whether a text stands here, in any case.</summary>
    public bool IsAtAnyCase(string expected) => string.Compare(text, _at, expected, 0, expected.Length, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>Steps over a character if it stands here.</summary>
    public bool Take(char expected)
    {
        bool found = _at < text.Length && text[_at] == expected;
        _at += found ? 1 : 0;
        return found;
    }

    /// <summary>Steps over a text if it stands here.</summary>
    public bool Take(string expected)
    {
        bool found = string.CompareOrdinal(text, _at, expected, 0, expected.Length) == 0;
        _at += found ? expected.Length : 0;
        return found;
    }

    /// <summary>Steps over a blank or a comment, where the option x makes them meaningless.</summary>
    public bool SkipBlank()
    {
        if (Take('#'))
        {
            while (!IsAtEnd && !Take('\n'))
            {
                _at++;
            }

            return true;
        }

        bool blank = Peek() is ' ' or '\t' or '\n' or '\r' or '\v' or '\f';
        _at += blank ? 1 : 0;
        return blank;
    }

    /// <summary>Whether ASCII letters, digits and <c>_</c> stand up to a place, a digit not first.</summary>
    public bool IsNameUntil(int end)
    {
        ReadOnlySpan<char> name = text.AsSpan(_at, end - _at);
        foreach (char c in name)
        {
            if (c != '_' && !char.IsAsciiLetterOrDigit(c))
            {
                return false;
            }
        }

        return name.Length > 0 && !char.IsAsciiDigit(name[0]);
    }

    /// <summary>Reads one code point as it stands.</summary>
    public int TakeCodePoint()
    {
        Rune.DecodeFromUtf16(text.AsSpan(_at), out Rune rune, out int length);
        int code = length == 1 ? text[_at] : rune.Value;
        _at += length;
        return code;
    }

    /// <summary>Makes an error that names a place.</summary>
    public PatternSyntaxException Error(string what, string fix, int position) => new(what, text, position, fix);

    /// <summary>Reads <c>\s \d \w \h \p{…}</c> and their complements.</summary>
    /// <param name="inBrackets">Whether it stands in <c>[…]</c>, where a word is what Unicode says; outside, Oniguruma takes ² ³ ¹ ¼ ½ ¾ too.</param>
    /// <returns><see langword="null"/>, at the same place, for any other escape.</returns>
    public CodePointSet? TakeSetEscape(bool inBrackets = false)
    {
        int start = _at;
        char kind = start + 1 < text.Length ? text[start + 1] : '\0';
        _at += 2;
        switch (kind)
        {
            case 's':
                return UnicodeProperties.WhiteSpace;
            case 'S':
                return UnicodeProperties.WhiteSpace.Complement();
            case 'd':
                return UnicodeProperties.Digit;
            case 'D':
                return UnicodeProperties.Digit.Complement();
            case 'w':
                return inBrackets ? UnicodeProperties.Word : UnicodeProperties.WordOutsideBrackets;
            case 'W':
                return (inBrackets ? UnicodeProperties.Word : UnicodeProperties.WordOutsideBrackets).Complement();
            case 'h':
                return UnicodeProperties.HexDigit;
            case 'H':
                return UnicodeProperties.HexDigit.Complement();
            case 'p' or 'P' when Take('{'):
                bool negate = kind == 'P' ^ Take('^');
                CodePointSet set = TakePropertyName(start);
                set = ReferenceEquals(set, UnicodeProperties.Word) && !inBrackets ? UnicodeProperties.WordOutsideBrackets : set;
                return negate ? set.Complement() : set;
            default:
                _at = start;
                return null;
        }
    }

    /// <summary>Reads a property's name up to and including the closing brace.</summary>
    /// <param name="start">Where the escape begins.</param>
    public CodePointSet TakePropertyName(int start)
    {
        int end = text.IndexOf('}', _at);
        string name = end < 0 ? throw Error("A property name is not closed.", "Write \\p{Name}.", start) : text[_at..end];
        _at = end + 1;
        return UnicodeProperties.Find(name) ?? throw UnknownProperty(name, start);
    }

    private PatternSyntaxException UnknownProperty(string name, int start)
    {
        string near = string.Join(", ", NearestNames.Rank(name, UnicodeProperties.Names).Take(3));
        return Error($"There is no Unicode property '{name}'.", $"Nearest: {near}. General categories (L, Lu, N, …), scripts (Han, Latin, …) and Alphabetic, Emoji, … are known.", start);
    }

    /// <summary>Reads an escaped single character.</summary>
    public int TakeCharacterEscape()
    {
        int start = _at++;
        if (_at == text.Length)
        {
            throw Error("The expression ends in a backslash.", "Write \\\\ for the character.", start);
        }

        switch (text[_at])
        {
            case 't':
                _at++;
                return '\t';
            case 'n':
                _at++;
                return '\n';
            case 'r':
                _at++;
                return '\r';
            case 'f':
                _at++;
                return '\f';
            case 'v':
                _at++;
                return '\v';
            case 'a':
                _at++;
                return '\a';
            case 'e':
                _at++;
                return 0x1B;
            case 'x':
                _at++;
                return Take('{') ? TakeHexDigits(1, 8, start, closed: true) : TakeHexDigits(0, 2, start, closed: false);
            case 'u':
                _at++;
                return TakeHexDigits(4, 4, start, closed: false);
            case 'c' when _at + 1 < text.Length:
                _at += 2;
                return text[_at - 1] & 0x1F;
            case >= '0' and <= '7':
                int octal = 0;
                for (int i = 0; i < 3 && _at < text.Length && text[_at] is >= '0' and <= '7'; i++)
                {
                    octal = (8 * octal) + text[_at++] - '0';
                }

                return octal;
            case 'p' or 'P' or 'M' or 'C' or 'c' or 'o':
                throw Error($"The escape \\{text[_at]} is malformed or not supported.", "Write \\p{Name}, or the character itself.", start);
            default:
                return TakeCodePoint();
        }
    }

    /// <summary>Reads the hexadecimal digits of a code point.</summary>
    /// <param name="min">Fewest digits.</param>
    /// <param name="max">Most digits.</param>
    /// <param name="start">Where the escape begins.</param>
    /// <param name="closed">Whether a closing brace must follow.</param>
    public int TakeHexDigits(int min, int max, int start, bool closed)
    {
        int end = _at;
        while (end < text.Length && end - _at < max && char.IsAsciiHexDigit(text[end]))
        {
            end++;
        }

        int value = 0;
        if (end - _at < min || (end > _at && !int.TryParse(text.AsSpan(_at, end - _at), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value)) || value is < 0 or >= CodePointSet.Limit)
        {
            throw Error("A character code is malformed.", "Write \\xHH, \\x{H…} or \\uHHHH with a code point below 110000.", start);
        }

        _at = end;
        return !closed || Take('}') ? value : throw Error("A character code is not closed.", "Write \\x{H…}.", start);
    }

    /// <summary>Reads <c>[:name:]</c> or <c>[:^name:]</c>.</summary>
    /// <returns><see langword="null"/>, at the same place, when there is none.</returns>
    public string? TakePosixName(out bool negated)
    {
        int start = _at;
        Take("[:");
        negated = Take('^');
        int end = _at;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
        {
            end++;
        }

        string name = text[_at..end];
        _at = end;
        if (Take(":]"))
        {
            return name;
        }

        _at = start;
        return null;
    }
}
