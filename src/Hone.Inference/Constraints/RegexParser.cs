using System.Globalization;
using System.Text;
using Hone.Core.Errors;

namespace Hone.Inference.Constraints;

/// <summary>Reads the regular part of regular expressions: what a finite automaton can decide.</summary>
/// <remarks>
/// Literals, <c>.</c> (no line break), classes with ranges and negation, <c>\d \w \s</c> and their opposites (ASCII, as in ECMAScript), <c>\p{L}</c> and other
/// general categories, <c>\n \r \t \f \v \0 \xHH \uHHHH \u{H…}</c>, groups, alternation, <c>? * + {n} {n,} {n,m}</c> and their lazy forms (the same language),
/// <c>^</c> and <c>$</c> at the edges. Look-around, backreferences, word boundaries and flags are refused.
/// Source: ECMA-262, section 22.2.1 (patterns).
/// </remarks>
internal sealed class RegexParser
{
    private const int MaxDepth = 200;
    private const int MaxRepeat = 100_000;

    private static readonly CodePointSet Digits = CodePointSet.Of(('0', '9'));
    private static readonly CodePointSet Word = CodePointSet.Of(('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_'));
    private static readonly CodePointSet Space = CodePointSet.Of(('\t', '\r'), (' ', ' '), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF));
    private static readonly CodePointSet LineBreaks = CodePointSet.Of(('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029));

    private readonly string _pattern;
    private readonly int[] _text;
    private int _at;
    private int _depth;

    private RegexParser(string pattern)
    {
        _pattern = pattern;
        _text = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];
    }

    /// <summary>Parses a whole pattern.</summary>
    /// <exception cref="HoneException">The pattern is malformed or not regular; the place is named.</exception>
    public static RegexNode Parse(string pattern)
    {
        var parser = new RegexParser(pattern);
        RegexNode node = parser.Alternatives();
        return parser._at == parser._text.Length ? node : throw parser.Error("a ')' without its '('");
    }

    private RegexNode Alternatives()
    {
        if (++_depth > MaxDepth)
        {
            throw Error($"groups nested more than {MaxDepth} deep");
        }

        var parts = new List<RegexNode> { Sequence() };
        while (Take('|'))
        {
            parts.Add(Sequence());
        }

        _depth--;
        return parts.Count == 1 ? parts[0] : new RegexNode.Choice(parts);
    }

    private RegexNode.Sequence Sequence()
    {
        var parts = new List<RegexNode>();
        while (_at < _text.Length && _text[_at] is not ('|' or ')'))
        {
            parts.Add(Quantified(Atom()));
        }

        return new RegexNode.Sequence(parts);
    }

    private RegexNode Quantified(RegexNode part)
    {
        (int Min, int? Max)? times = Take('*') ? (0, null) : Take('+') ? (1, null) : Take('?') ? (0, 1) : Braces();
        if (times is not { } repeat)
        {
            return part;
        }

        if (part is RegexNode.Anchor)
        {
            throw Error("a quantifier behind an anchor");
        }

        Take('?'); // lazy: the same texts match
        if (_at < _text.Length && _text[_at] is '*' or '+' or '?')
        {
            throw Error("a quantifier behind a quantifier");
        }

        return new RegexNode.Repeat(part, repeat.Min, repeat.Max);
    }

    private (int Min, int? Max)? Braces()
    {
        if (_at >= _text.Length || _text[_at] != '{')
        {
            return null;
        }

        int start = _at++;
        int? min = Number();
        int? max = min;
        if (Take(','))
        {
            max = Number();
        }

        if (min is null || !Take('}'))
        {
            _at = start;
            throw Error("'{' that does not begin {n}, {n,} or {n,m}; write \\{ for the character");
        }

        return max < min ? throw Error($"{{{min},{max}}}: the maximum is below the minimum") : (min.Value, max);
    }

    private int? Number()
    {
        int start = _at, value = 0;
        while (_at < _text.Length && _text[_at] is >= '0' and <= '9')
        {
            value = (value * 10) + _text[_at++] - '0';
            if (value > MaxRepeat)
            {
                throw Error($"a repetition of more than {MaxRepeat}");
            }
        }

        return _at > start ? value : null;
    }

    private RegexNode Atom()
    {
        int c = _text[_at++];
        switch (c)
        {
            case '^':
                return new RegexNode.Anchor(IsStart: true);
            case '$':
                return new RegexNode.Anchor(IsStart: false);
            case '.':
                return new RegexNode.Set(LineBreaks.Complement());
            case '(':
                return Group();
            case '[':
                return new RegexNode.Set(Class());
            case '\\':
                return new RegexNode.Set(Escape(isInClass: false));
            case '*' or '+' or '?':
                _at--;
                throw Error("a quantifier with nothing before it");
            default:
                return new RegexNode.Set(CodePointSet.Of(c));
        }
    }

    private RegexNode Group()
    {
        if (Take('?'))
        {
            if (!Take(':') && !TakeGroupName())
            {
                throw Error("look-around and flags are not regular or not supported; use (?:…), (?<name>…) or (…)");
            }
        }

        RegexNode inner = Alternatives();
        return Take(')') ? inner : throw Error("a '(' without its ')'");
    }

    // (?<name>…) or (?P<name>…); what was captured is not asked for.
    private bool TakeGroupName()
    {
        int start = _at;
        Take('P');
        if (Take('<') && _at < _text.Length && (_text[_at] == '_' || char.IsAsciiLetter((char)_text[_at])))
        {
            while (_at < _text.Length && Word.Contains(_text[_at]))
            {
                _at++;
            }

            if (Take('>'))
            {
                return true;
            }
        }

        _at = start;
        return false;
    }

    private CodePointSet Class()
    {
        bool isNegated = Take('^');
        var sets = new List<CodePointSet>();
        while (!Take(']'))
        {
            CodePointSet first = ClassAtom();
            if (_at + 1 < _text.Length && _text[_at] == '-' && _text[_at + 1] != ']')
            {
                _at++;
                CodePointSet last = ClassAtom();
                if (!IsSingle(first) || !IsSingle(last) || last.Ranges[0].First < first.Ranges[0].First)
                {
                    throw Error("a range whose ends are not two characters in order");
                }

                first = CodePointSet.Of((first.Ranges[0].First, last.Ranges[0].First));
            }

            sets.Add(first);
        }

        CodePointSet all = CodePointSet.Of(sets.SelectMany(set => set.Ranges));
        return isNegated ? all.Complement() : all;
    }

    private CodePointSet ClassAtom()
    {
        if (_at >= _text.Length)
        {
            throw Error("a '[' without its ']'");
        }

        int c = _text[_at++];
        return c == '\\' ? Escape(isInClass: true) : CodePointSet.Of(c);
    }

    private CodePointSet Escape(bool isInClass)
    {
        if (_at >= _text.Length)
        {
            throw Error("a '\\' at the end");
        }

        int c = _text[_at++];
        return c switch
        {
            'd' => Digits,
            'D' => Digits.Complement(),
            'w' => Word,
            'W' => Word.Complement(),
            's' => Space,
            'S' => Space.Complement(),
            'p' => Category(),
            'P' => Category().Complement(),
            'n' => CodePointSet.Of('\n'),
            'r' => CodePointSet.Of('\r'),
            't' => CodePointSet.Of('\t'),
            'f' => CodePointSet.Of('\f'),
            'v' => CodePointSet.Of('\v'),
            'b' when isInClass => CodePointSet.Of('\b'),
            '0' => CodePointSet.Of(0),
            'x' => CodePointSet.Of(Hexadecimal(2)),
            'u' when Take('{') => CodePointSet.Of(BracedHexadecimal()),
            'u' => CodePointSet.Of(Utf16Escape()),
            _ when c < 128 && char.IsAsciiLetterOrDigit((char)c) => throw Error($"\\{(char)c} is not supported: word boundaries and backreferences are not part of a regular text"),
            _ => CodePointSet.Of(c),
        };
    }

    private int Utf16Escape()
    {
        int unit = Hexadecimal(4);
        if (char.IsHighSurrogate((char)unit) && Take('\\') && Take('u'))
        {
            int low = Hexadecimal(4);
            return char.IsLowSurrogate((char)low) ? char.ConvertToUtf32((char)unit, (char)low) : throw Error("half of a surrogate pair");
        }

        return char.IsSurrogate((char)unit) ? throw Error("half of a surrogate pair") : unit;
    }

    private int Hexadecimal(int digits)
    {
        int value = 0;
        for (int i = 0; i < digits; i++)
        {
            value = (value * 16) + (_at < _text.Length && _text[_at] < 128 && char.IsAsciiHexDigit((char)_text[_at]) ? Convert.ToInt32(((char)_text[_at++]).ToString(), 16) : throw Error($"{digits} hexadecimal digits expected"));
        }

        return value;
    }

    private int BracedHexadecimal()
    {
        int value = 0, start = _at;
        while (_at < _text.Length && _text[_at] != '}')
        {
            value = (value * 16) + Hexadecimal(1);
            if (value > CodePointSet.Max)
            {
                throw Error("a code point above 10FFFF");
            }
        }

        return _at > start && Take('}') && Rune.IsValid(value) ? value : throw Error("\\u{…} with a code point expected");
    }

    private CodePointSet Category()
    {
        int end = Take('{') ? Array.IndexOf(_text, '}', _at) : -1;
        if (end < 0)
        {
            throw Error("\\p{…} with a general category expected");
        }

        string name = string.Concat(_text[_at..end].Select(c => new Rune(c).ToString()));
        _at = end + 1;
        CodePointSet set = CodePointSet.OfCategories(category => Abbreviation(category) is { } own && (own == name || (name.Length == 1 && own[0] == name[0])));
        return set.IsEmpty ? throw Error($"'{name}' is not a general category such as L, Lu, N, Nd or P") : set;
    }

    // The two letters of the Unicode standard, e.g. Lu for UppercaseLetter; they follow the order of the enumeration.
    private static string Abbreviation(UnicodeCategory category) =>
        "LuLlLtLmLoMnMcMeNdNlNoZsZlZpCcCfCsCoPcPdPsPePiPfPoSmScSkSoCn".Substring(2 * (int)category, 2);

    private static bool IsSingle(CodePointSet set) => set.Ranges.Count == 1 && set.Ranges[0].First == set.Ranges[0].Last;

    private bool Take(char c)
    {
        bool isThere = _at < _text.Length && _text[_at] == c;
        _at += isThere ? 1 : 0;
        return isThere;
    }

    private HoneException Error(string problem) => new(
        "A regular expression cannot be used as a constraint.",
        $"character {_at + 1} of /{_pattern}/",
        problem,
        "write it with literals, classes, groups, alternation and quantifiers");
}
