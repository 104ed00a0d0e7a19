using System.Globalization;
using System.Numerics;
using Hone.Processors.ChatTemplates.Jinja.Python;

namespace Hone.Processors.ChatTemplates.Jinja.Parsing;

/// <summary>Splits a template into tokens, with the white-space rules of <c>trim_blocks</c> and <c>lstrip_blocks</c>.</summary>
internal sealed class TemplateLexer
{
    private static readonly string[] s_operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private readonly Stack<char> _open = new();
    private int _at;
    private int _line = 1;
    private int _lineFrom;

    private TemplateLexer(string source) => _source = source;

    /// <summary>The source with every line end a line feed, and without the last one.</summary>
    public static string Normalize(string source)
    {
        string unified = source.Contains('\r') ? source.Replace("\r\n", "\n").Replace('\r', '\n') : source;
        return unified.EndsWith('\n') ? unified[..^1] : unified;
    }

    /// <summary>All tokens of a normalized source, the last one <see cref="TokenKind.End"/>.</summary>
    public static List<Token> Tokenize(string source)
    {
        var lexer = new TemplateLexer(source);
        while (lexer._at < source.Length)
        {
            lexer.ReadData();
        }

        lexer.Add(TokenKind.End, "");
        return lexer._tokens;
    }

    private int Line
    {
        get
        {
            _line += _source.AsSpan(_lineFrom, Math.Max(0, _at - _lineFrom)).Count('\n');
            _lineFrom = Math.Max(_lineFrom, _at);
            return _line;
        }
    }

    private void Add(TokenKind kind, string text, object? value = null) => _tokens.Add(new Token(kind, text, value, Line));

    private TemplateSyntaxException Fail(string message) => new(message, Line);

    private void ReadData()
    {
        int start = _at;
        int tag = FindTag(start);
        if (tag < 0)
        {
            Add(TokenKind.Data, _source[start..]);
            _at = _source.Length;
            return;
        }

        char kind = _source[tag + 1];
        char sign = SignAt(tag + 2);
        AddText(start, tag, sign, strips: kind != '{');
        _at = tag + (sign == '\0' ? 2 : 3);
        switch (kind)
        {
            case '#':
                SkipComment();
                break;
            case '{':
                Add(TokenKind.VariableBegin, "{{");
                ReadTag(isBlock: false);
                break;
            default:
                if (!TryRaw(tag))
                {
                    Add(TokenKind.BlockBegin, "{%");
                    ReadTag(isBlock: true);
                }

                break;
        }
    }

    private int FindTag(int from)
    {
        for (int i = _source.IndexOf('{', from); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
        {
            if (_source[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }

        return -1;
    }

    private char SignAt(int at) => at < _source.Length && _source[at] is '-' or '+' ? _source[at] : '\0';

    /// <summary>Adds the text before a tag, stripped as the tag asks.</summary>
    private void AddText(int start, int end, char sign, bool strips)
    {
        ReadOnlySpan<char> text = _source.AsSpan(start, end - start);
        if (sign == '-')
        {
            while (text.Length > 0 && Characters.IsSpace(text[^1]))
            {
                text = text[..^1];
            }
        }
        else if (sign != '+' && strips)
        {
            int lineStart = text.LastIndexOf('\n') + 1;
            bool startsLine = lineStart > 0 || start == 0 || _source[start - 1] == '\n';
            ReadOnlySpan<char> lead = text[lineStart..];
            bool isBlank = true;
            foreach (char c in lead)
            {
                isBlank &= Characters.IsSpace(c);
            }

            text = startsLine && isBlank ? text[..lineStart] : text;
        }

        if (text.Length > 0)
        {
            Add(TokenKind.Data, text.ToString());
        }
    }

    private void SkipComment()
    {
        if (_at >= _source.Length)
        {
            return; // as in Jinja2, a tag that is opened by the last characters is not missed
        }

        int end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Fail("Missing end of comment tag");
        }

        char sign = end > _at ? _source[end - 1] : '\0';
        EndTag(end + 2, sign, trims: true);
    }

    /// <summary>Moves behind a closing tag: past all white space after <c>-</c>, past one line feed if the tag trims it.</summary>
    private void EndTag(int end, char sign, bool trims)
    {
        _at = end;
        if (sign == '-')
        {
            while (_at < _source.Length && Characters.IsSpace(_source[_at]))
            {
                _at++;
            }
        }
        else if (trims && sign != '+' && _at < _source.Length && _source[_at] == '\n')
        {
            _at++;
        }
    }

    private int SkipBlanks(int at)
    {
        while (at < _source.Length && Characters.IsSpace(_source[at]))
        {
            at++;
        }

        return at;
    }

    private bool StartsWith(int at, string text) => string.CompareOrdinal(_source, at, text, 0, text.Length) == 0;

    private bool TryRaw(int tag)
    {
        int at = SkipBlanks(_at);
        if (!StartsWith(at, "raw"))
        {
            return false;
        }

        at = SkipBlanks(at + "raw".Length);
        bool isStripping = StartsWith(at, "-%}");
        if (!isStripping && !StartsWith(at, "%}"))
        {
            return false;
        }

        EndTag(at + (isStripping ? 3 : 2), isStripping ? '-' : '+', trims: false);
        int start = _at;
        if (start >= _source.Length)
        {
            return true;
        }

        for (int end = _source.IndexOf("{%", start, StringComparison.Ordinal); end >= 0; end = _source.IndexOf("{%", end + 1, StringComparison.Ordinal))
        {
            char sign = SignAt(end + 2);
            int name = SkipBlanks(end + (sign == '\0' ? 2 : 3));
            int close = StartsWith(name, "endraw") ? SkipBlanks(name + "endraw".Length) : -1;
            char closeSign = close >= 0 ? SignAt(close) : '\0';
            close += closeSign == '\0' ? 0 : 1;
            if (close >= 0 && StartsWith(close, "%}"))
            {
                AddText(start, end, sign, strips: true);
                EndTag(close + 2, closeSign, trims: true);
                return true;
            }
        }

        _at = tag;
        throw Fail("Missing end of raw directive");
    }

    private void ReadTag(bool isBlock)
    {
        _open.Clear();
        while (true)
        {
            if (_at >= _source.Length)
            {
                return; // the parser reports what is missing
            }

            if (_open.Count == 0 && TryEnd(isBlock))
            {
                return;
            }

            if (Characters.IsSpace(_source[_at]))
            {
                _at = SkipBlanks(_at);
                continue;
            }

            if (!TryNumber() && !TryName() && !TryText())
            {
                ReadOperator();
            }
        }
    }

    private bool TryEnd(bool isBlock)
    {
        string close = isBlock ? "%}" : "}}";
        char sign = SignAt(_at);
        sign = sign == '+' && !isBlock ? '\0' : sign;
        int at = _at + (sign == '\0' ? 0 : 1);
        if (!StartsWith(at, close))
        {
            return false;
        }

        Add(isBlock ? TokenKind.BlockEnd : TokenKind.VariableEnd, close);
        EndTag(at + close.Length, sign, isBlock);
        return true;
    }

    private bool TryNumber()
    {
        if (!char.IsAsciiDigit(_source[_at]))
        {
            return false;
        }

        int end = NumberLiterals.FloatEnd(_source, _at);
        if (end >= 0)
        {
            string text = _source[_at..end].Replace("_", "");
            Add(TokenKind.Float, text, double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
            _at = end;
            return true;
        }

        end = NumberLiterals.IntegerEnd(_source, _at);
        string digits = _source[_at..end];
        if (!Integers.TryParse(digits, 0, out BigInteger value))
        {
            throw Fail($"the number {digits[..Math.Min(digits.Length, 20)]}… is too long");
        }

        Add(TokenKind.Integer, digits, Integers.Box(value));
        _at = end;
        return true;
    }

    private bool TryName()
    {
        int end = _at;
        while (end < _source.Length && (Characters.IsWord(Characters.At(_source, end)) || Characters.IsIdentifier(Characters.At(_source, end), isFirst: false)))
        {
            end += Characters.Width(_source, end);
        }

        if (end == _at)
        {
            return false;
        }

        if (!Characters.IsIdentifier(Characters.At(_source, _at), isFirst: true))
        {
            throw Fail("Invalid character in identifier");
        }

        Add(TokenKind.Name, _source[_at..end]);
        _at = end;
        return true;
    }

    private bool TryText()
    {
        char quote = _source[_at];
        if (quote is not ('\'' or '"'))
        {
            return false;
        }

        for (int end = _at + 1; end < _source.Length; end++)
        {
            if (_source[end] == '\\')
            {
                end++;
            }
            else if (_source[end] == quote)
            {
                string literal = _source[(_at + 1)..end];
                Add(TokenKind.Text, StringEscapes.Decode(literal) ?? throw Fail($"the string literal '{literal}' has a malformed escape"));
                _at = end + 1;
                return true;
            }
        }

        return false;
    }

    private void ReadOperator()
    {
        foreach (string sign in s_operators)
        {
            if (!StartsWith(_at, sign))
            {
                continue;
            }

            char closing = sign switch { "(" => ')', "[" => ']', "{" => '}', _ => '\0' };
            if (closing != '\0')
            {
                _open.Push(closing);
            }
            else if (sign is ")" or "]" or "}")
            {
                char expected = _open.Count > 0 ? _open.Pop() : throw Fail($"unexpected '{sign}'");
                if (expected != sign[0])
                {
                    throw Fail($"unexpected '{sign}', expected '{expected}'");
                }
            }

            Add(TokenKind.Operator, sign);
            _at += sign.Length;
            return;
        }

        throw Fail($"unexpected char {PythonRepr.Of(_source.Substring(_at, Characters.Width(_source, _at)))} at {_at}");
    }
}
