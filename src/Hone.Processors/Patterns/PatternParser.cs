using System.Globalization;
using System.Text;
using Hone.Core.Registry;

namespace Hone.Processors.Patterns;

/// <summary>Reads a regular expression in the syntax that Oniguruma has by default.</summary>
/// <remarks>Source: Oniguruma 6.9.10, doc/RE. Capturing and named groups only group; back references, calls, conditionals, absent operators and <c>\K</c> are refused.</remarks>
internal sealed class PatternParser
{
    // Deeper nesting than any tokenizer's; bounds the recursion.
    private const int MaxDepth = 200;

    // Oniguruma's own limit of {m,n}.
    private const int MaxRepeat = 100_000;

    private readonly string _text;
    private int _at;
    private int _depth;

    private PatternParser(string text) => _text = text;

    /// <summary>Parses a whole expression.</summary>
    /// <exception cref="PatternSyntaxException">It is malformed or uses syntax that is not supported.</exception>
    public static PatternNode Parse(string expression)
    {
        var parser = new PatternParser(expression);
        PatternNode node = parser.ParseChoice(default);
        return parser._at == expression.Length ? node : throw parser.Error("A closing parenthesis has no opening one.", "Write \\) for the character.", parser._at);
    }

    private PatternNode ParseChoice(Flags flags)
    {
        if (++_depth > MaxDepth)
        {
            throw Error($"The expression nests deeper than {MaxDepth} groups.", "Simplify the expression.", _at);
        }

        var choices = new List<PatternNode> { ParseSequence(flags) };
        while (Take('|'))
        {
            choices.Add(ParseSequence(flags));
        }

        _depth--;
        return choices.Count == 1 ? choices[0] : new PatternNode.Choice(choices);
    }

    private PatternNode ParseSequence(Flags flags)
    {
        var parts = new List<PatternNode>();
        while (_at < _text.Length && _text[_at] is not ('|' or ')'))
        {
            if (flags.Extended && SkipBlank())
            {
                continue;
            }

            if (flags.IgnoreCase && TakeLigature() is { } ligature)
            {
                parts.Add(ligature);
            }
            else if (ParseAtom(flags) is { } atom)
            {
                parts.Add(ParseQuantifiers(atom, flags));
            }
        }

        return parts.Count == 1 ? parts[0] : new PatternNode.Sequence(parts);
    }

    // The sequence itself or a character that folds to it; only where no quantifier follows, which would bind to the last letter.
    private PatternNode.Choice? TakeLigature()
    {
        foreach ((string sequence, int[] characters) in CaseFolding.Ligatures)
        {
            int end = _at + sequence.Length;
            if (string.Compare(_text, _at, sequence, 0, sequence.Length, StringComparison.OrdinalIgnoreCase) == 0
                && (end == _text.Length || _text[end] is not ('*' or '+' or '?' or '{')))
            {
                _at = end;
                var letters = sequence.Select(letter => (PatternNode)new PatternNode.One(CaseFolding.Close(CodePointSet.Of(letter))));
                return new PatternNode.Choice([new PatternNode.Sequence([.. letters]), new PatternNode.One(CodePointSet.Of(characters))]);
            }
        }

        return null;
    }

    private bool SkipBlank()
    {
        if (_text[_at] == '#')
        {
            int end = _text.IndexOf('\n', _at);
            _at = end < 0 ? _text.Length : end + 1;
            return true;
        }

        bool blank = _text[_at] is ' ' or '\t' or '\n' or '\r' or '\v' or '\f';
        _at += blank ? 1 : 0;
        return blank;
    }

    private PatternNode ParseQuantifiers(PatternNode atom, Flags flags)
    {
        while (_at < _text.Length)
        {
            int start = _at;
            bool interval = false;
            int min, max;
            switch (_text[_at])
            {
                case '*':
                    (min, max) = (0, -1);
                    _at++;
                    break;
                case '+':
                    (min, max) = (1, -1);
                    _at++;
                    break;
                case '?':
                    (min, max) = (0, 1);
                    _at++;
                    break;
                case '{' when TryReadInterval(out min, out max):
                    interval = true;
                    break;
                default:
                    if (flags.Extended && SkipBlank())
                    {
                        continue;
                    }

                    return atom;
            }

            if (min > MaxRepeat || max > MaxRepeat)
            {
                throw Error($"A repeat count exceeds {MaxRepeat}.", "Use a smaller count, or * or +.", start);
            }

            // {n}? is {n} made optional; {m,n}+ is a repeat of the repeat, not a possessive one.
            bool optional = interval && min == max && _at < _text.Length && _text[_at] == '?';
            bool lazy = !optional && Take('?');
            var repeat = new PatternNode.Repeat(atom, min, max, lazy);
            atom = optional && Take('?') ? new PatternNode.Repeat(repeat, 0, 1, Lazy: false)
                : !lazy && !interval && Take('+') ? new PatternNode.Atomic(repeat)
                : repeat;
        }

        return atom;
    }

    // {n}, {n,}, {,n}, {m,n}; anything else leaves the brace an ordinary character.
    private bool TryReadInterval(out int min, out int max)
    {
        int start = _at++;
        bool hasMin = TryReadNumber(out min), comma = Take(','), hasMax = TryReadNumber(out max);
        bool valid = (hasMin || (comma && hasMax)) && Take('}');
        if (!valid)
        {
            (_at, min, max) = (start, 0, 0);
            return false;
        }

        max = hasMax ? max : comma ? -1 : min;
        if (max >= 0 && min > max)
        {
            throw Error("A repeat's minimum exceeds its maximum.", "Write {m,n} with m ≤ n.", start);
        }

        return true;
    }

    private bool TryReadNumber(out int value)
    {
        int start = _at;
        for (value = 0; _at < _text.Length && char.IsAsciiDigit(_text[_at]); _at++)
        {
            value = Math.Min(MaxRepeat + 1, (10 * value) + _text[_at] - '0');
        }

        return _at > start;
    }

    private PatternNode? ParseAtom(Flags flags)
    {
        int start = _at;
        switch (_text[_at])
        {
            case '(':
                _at++;
                return ParseGroup(flags, start);
            case '[':
                _at++;
                CodePointSet set = new PatternClassParser(this, flags).Parse();
                return new PatternNode.One(set);
            case '.':
                _at++;
                return new PatternNode.One(flags.DotAll ? CodePointSet.All : CodePointSet.Of('\n').Complement());
            case '^':
                _at++;
                return new PatternNode.Anchor(AnchorKind.LineStart);
            case '$':
                _at++;
                return new PatternNode.Anchor(AnchorKind.LineEnd);
            case '\\':
                return ParseEscape(flags);
            case '*' or '+' or '?':
                throw Error("A quantifier has nothing to repeat.", $"Write \\{_text[_at]} for the character.", start);
            default:
                return Literal(TakeCodePoint(), flags);
        }
    }

    private static PatternNode.One Literal(int code, Flags flags)
    {
        var set = CodePointSet.Of(code);
        return new PatternNode.One(flags.IgnoreCase ? CaseFolding.Close(set) : set);
    }

    private PatternNode? ParseGroup(Flags flags, int start)
    {
        if (!Take('?'))
        {
            return CloseGroup(ParseChoice(flags), start);
        }

        if (Take(':'))
        {
            return CloseGroup(ParseChoice(flags), start);
        }

        if (Take('='))
        {
            return new PatternNode.Look(CloseGroup(ParseChoice(flags), start), Behind: false, Negative: false);
        }

        if (Take('!'))
        {
            return new PatternNode.Look(CloseGroup(ParseChoice(flags), start), Behind: false, Negative: true);
        }

        if (Take('>'))
        {
            return new PatternNode.Atomic(CloseGroup(ParseChoice(flags), start));
        }

        if (Take('#'))
        {
            int end = _text.IndexOf(')', _at);
            _at = end < 0 ? throw Error("A comment is not closed.", "End it with ).", start) : end + 1;
            return null;
        }

        if (Take('<'))
        {
            return ParseAngle(flags, start);
        }

        if (_at < _text.Length && _text[_at] is 'i' or 'm' or 'x' or '-')
        {
            return ParseFlags(flags, start);
        }

        throw Error("This kind of group is not supported.", "Use (?:…), (?=…), (?!…), (?<=…), (?<!…), (?>…), (?i) or (?<name>…).", start);
    }

    private PatternNode ParseAngle(Flags flags, int start)
    {
        bool positive = Take('=');
        if (positive || Take('!'))
        {
            PatternNode part = CloseGroup(ParseChoice(flags), start);
            IReadOnlyList<PatternNode> choices = part is PatternNode.Choice choice ? choice.Parts : [part];
            return choices.All(each => each.FixedLength >= 0)
                ? new PatternNode.Look(part, Behind: true, !positive)
                : throw Error("A look-behind must have a fixed length.", "Give each of its alternatives one length.", start);
        }

        int end = _text.IndexOf('>', _at);
        if (end <= _at)
        {
            throw Error("A group name is not closed.", "Write (?<name>…).", start);
        }

        _at = end + 1;
        return CloseGroup(ParseChoice(flags), start);
    }

    // (?i) holds to the end of the group around it, alternatives included; (?i:…) for its own group.
    private PatternNode ParseFlags(Flags flags, int start)
    {
        bool on = true;
        for (; _at < _text.Length; _at++)
        {
            switch (_text[_at])
            {
                case '-':
                    on = false;
                    break;
                case 'i':
                    flags = flags with { IgnoreCase = on };
                    break;
                case 'm':
                    flags = flags with { DotAll = on };
                    break;
                case 'x':
                    flags = flags with { Extended = on };
                    break;
                case ')':
                    _at++;
                    return ParseChoice(flags);
                case ':':
                    _at++;
                    return CloseGroup(ParseChoice(flags), start);
                default:
                    throw Error($"There is no option '{_text[_at]}'.", "Options are i, m and x.", _at);
            }
        }

        throw Error("A group is not closed.", "End it with ).", start);
    }

    private PatternNode CloseGroup(PatternNode inner, int start) => Take(')') ? inner : throw Error("A group is not closed.", "End it with ).", start);

    private PatternNode ParseEscape(Flags flags)
    {
        int start = _at++;
        if (_at == _text.Length)
        {
            throw Error("The expression ends in a backslash.", "Write \\\\ for the character.", start);
        }

        switch (_text[_at++])
        {
            case 'A':
                return new PatternNode.Anchor(AnchorKind.TextStart);
            case 'z':
                return new PatternNode.Anchor(AnchorKind.TextEnd);
            case 'Z':
                return new PatternNode.Anchor(AnchorKind.TextEndOrNewline);
            case 'b':
                return new PatternNode.Anchor(AnchorKind.WordEdge);
            case 'B':
                return new PatternNode.Anchor(AnchorKind.NotWordEdge);
            case 'X':
                return new PatternNode.Grapheme();
            case 'N':
                return new PatternNode.One(CodePointSet.Of('\n').Complement());
            case 'O':
                return new PatternNode.One(CodePointSet.All);
            case 'R':
                CodePointSet breaks = CodePointSet.Range('\n', '\r').Union(CodePointSet.Of(0x85, 0x2028, 0x2029));
                PatternNode pair = new PatternNode.Sequence([new PatternNode.One(CodePointSet.Of('\r')), new PatternNode.One(CodePointSet.Of('\n'))]);
                return new PatternNode.Atomic(new PatternNode.Choice([pair, new PatternNode.One(breaks)]));
            case 'G' or 'K' or 'k' or 'g' or 'y' or 'Y' or (>= '1' and <= '9'):
                throw Error($"\\{_text[_at - 1]} is not supported.", "Rewrite the expression without it.", start);
            default:
                _at = start;
                return TakeSetEscape() is { } set ? new PatternNode.One(set) : Literal(TakeCharacterEscape(), flags);
        }
    }

    /// <summary>Reads <c>\s \d \w \h \p{…}</c> and their complements.</summary>
    /// <param name="inBrackets">Whether it stands in <c>[…]</c>, where a word is what Unicode says; outside, Oniguruma takes ² ³ ¹ ¼ ½ ¾ too.</param>
    /// <returns><see langword="null"/>, at the same place, for any other escape.</returns>
    internal CodePointSet? TakeSetEscape(bool inBrackets = false)
    {
        int start = _at;
        char kind = start + 1 < _text.Length ? _text[start + 1] : '\0';
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
                int end = _text.IndexOf('}', _at);
                string name = end < 0 ? throw Error("A property name is not closed.", "Write \\p{Name}.", start) : _text[_at..end];
                _at = end + 1;
                CodePointSet set = UnicodeProperties.Find(name) ?? throw UnknownProperty(name, start);
                set = ReferenceEquals(set, UnicodeProperties.Word) && !inBrackets ? UnicodeProperties.WordOutsideBrackets : set;
                return negate ? set.Complement() : set;
            default:
                _at = start;
                return null;
        }
    }

    private PatternSyntaxException UnknownProperty(string name, int start)
    {
        string near = string.Join(", ", NearestNames.Rank(name, UnicodeProperties.Names).Take(3));
        return Error($"There is no Unicode property '{name}'.", $"Nearest: {near}. General categories (L, Lu, N, …), scripts (Han, Latin, …) and Alphabetic, Emoji, … are known.", start);
    }

    /// <summary>Reads an escaped single character.</summary>
    internal int TakeCharacterEscape()
    {
        int start = _at++;
        if (_at == _text.Length)
        {
            throw Error("The expression ends in a backslash.", "Write \\\\ for the character.", start);
        }

        switch (_text[_at])
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
                return Take('{') ? TakeDigits(1, 8, NumberStyles.HexNumber, start, closed: true) : TakeDigits(0, 2, NumberStyles.HexNumber, start, closed: false);
            case 'u':
                _at++;
                return TakeDigits(4, 4, NumberStyles.HexNumber, start, closed: false);
            case 'c' when _at + 1 < _text.Length:
                _at += 2;
                return _text[_at - 1] & 0x1F;
            case >= '0' and <= '7':
                int octal = 0;
                for (int i = 0; i < 3 && _at < _text.Length && _text[_at] is >= '0' and <= '7'; i++)
                {
                    octal = (8 * octal) + _text[_at++] - '0';
                }

                return octal;
            case 'p' or 'P' or 'M' or 'C' or 'c' or 'o':
                throw Error($"The escape \\{_text[_at]} is malformed or not supported.", "Write \\p{Name}, or the character itself.", start);
            default:
                return TakeCodePoint();
        }
    }

    private int TakeDigits(int min, int max, NumberStyles style, int start, bool closed)
    {
        int end = _at;
        while (end < _text.Length && end - _at < max && char.IsAsciiHexDigit(_text[end]))
        {
            end++;
        }

        int value = 0;
        if (end - _at < min || (end > _at && !int.TryParse(_text.AsSpan(_at, end - _at), style, CultureInfo.InvariantCulture, out value)) || value is < 0 or >= CodePointSet.Limit)
        {
            throw Error("A character code is malformed.", "Write \\xHH, \\x{H…} or \\uHHHH with a code point below 110000.", start);
        }

        _at = end;
        return !closed || Take('}') ? value : throw Error("A character code is not closed.", "Write \\x{H…}.", start);
    }

    /// <summary>Reads one code point as it stands.</summary>
    internal int TakeCodePoint()
    {
        Rune.DecodeFromUtf16(_text.AsSpan(_at), out Rune rune, out int length);
        int code = length == 1 ? _text[_at] : rune.Value;
        _at += length;
        return code;
    }

    internal bool Take(char expected)
    {
        bool found = _at < _text.Length && _text[_at] == expected;
        _at += found ? 1 : 0;
        return found;
    }

    internal bool Take(string expected)
    {
        bool found = string.CompareOrdinal(_text, _at, expected, 0, expected.Length) == 0;
        _at += found ? expected.Length : 0;
        return found;
    }

    /// <summary>Reads <c>[:name:]</c> or <c>[:^name:]</c>.</summary>
    /// <returns><see langword="null"/>, at the same place, when there is none.</returns>
    internal string? TakePosixName(out bool negated)
    {
        int start = _at;
        Take("[:");
        negated = Take('^');
        int end = _at;
        while (end < _text.Length && char.IsAsciiLetter(_text[end]))
        {
            end++;
        }

        string name = _text[_at..end];
        _at = end;
        if (Take(":]"))
        {
            return name;
        }

        _at = start;
        return null;
    }

    internal int Position => _at;

    internal bool IsAtEnd => _at >= _text.Length;

    internal char Peek(int ahead = 0) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    internal PatternSyntaxException Error(string what, string fix, int position) => new(what, _text, position, fix);

    /// <summary>Options in force.</summary>
    internal readonly record struct Flags(bool IgnoreCase, bool DotAll, bool Extended);
}
