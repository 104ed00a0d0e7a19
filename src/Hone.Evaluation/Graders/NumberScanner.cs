using System.Globalization;
using System.Numerics;

namespace Hone.Evaluation.Graders;

/// <summary>Finds the numbers of a text from left to right, in time proportional to its length.</summary>
/// <remarks>
/// Knows signs, decimals, thousands separators (<c>1,234</c>, <c>1{,}234</c>, <c>1\,234</c>), fractions (<c>3/4</c>, <c>\frac{3}{4}</c>) and mixed numbers (<c>1 1/2</c>).
/// Currency and percent signs count as words around a number. A minus behind a digit, a letter or a closing bracket is an operator.
/// </remarks>
internal ref struct NumberScanner(ReadOnlySpan<char> text)
{
    /// <summary>Digits above which a run of digits is no number that anyone would compare; keeps the arithmetic small.</summary>
    private const int MaxDigits = 300;

    private const int GroupLength = 3;
    private const char TypographicMinus = '\u2212';

    private readonly ReadOnlySpan<char> _text = text;
    private int _position;

    /// <summary>Finds the last number of a text; <see langword="null"/> when it has none.</summary>
    public static WrittenNumber? FindLast(ReadOnlySpan<char> text)
    {
        var scanner = new NumberScanner(text);
        WrittenNumber? last = null;
        while (scanner.Next() is { } number)
        {
            last = number;
        }

        return last;
    }

    /// <summary>Finds the first number of a text; <see langword="null"/> when it has none.</summary>
    public static WrittenNumber? FindFirst(ReadOnlySpan<char> text) => new NumberScanner(text).Next();

    /// <summary>The next number; <see langword="null"/> at the end.</summary>
    public WrittenNumber? Next()
    {
        while (_position < _text.Length)
        {
            int start = _position;
            if (ReadLatexFraction(start) is { } latex)
            {
                return latex;
            }

            if (!BeginsNumber(start))
            {
                _position++;
                continue;
            }

            WrittenNumber? number = ReadDecimal(start, out int end);
            _position = end;
            if (number is not null)
            {
                number = WithFraction(number, start);
                return Signed(number, start);
            }
        }

        return null;
    }

    private readonly bool BeginsNumber(int at) => IsDigit(at) || (At(at) == '.' && IsDigit(at + 1) && !IsDigit(at - 1) && At(at - 1) != '.');

    /// <summary>Digits, thousands separators and decimals from a place on.</summary>
    private readonly WrittenNumber? ReadDecimal(int start, out int end)
    {
        Span<char> digits = stackalloc char[MaxDigits];
        int count = 0, decimals = 0, at = start;
        bool fits = true;
        while (true)
        {
            int run = at;
            while (IsDigit(at))
            {
                fits &= count < MaxDigits;
                if (fits)
                {
                    digits[count++] = _text[at];
                }

                at++;
            }

            // The first group has up to three digits, every other exactly three.
            bool mayGroup = run == start ? at - run <= GroupLength : at - run == GroupLength;
            int separator = mayGroup && at > run ? SeparatorLength(at) : 0;
            if (separator == 0 || !IsGroup(at + separator))
            {
                break;
            }

            at += separator;
        }

        if (At(at) == '.' && IsDigit(at + 1))
        {
            for (at++; IsDigit(at); at++, decimals++)
            {
                fits &= count < MaxDigits;
                if (fits)
                {
                    digits[count++] = _text[at];
                }
            }
        }

        end = at;
        return fits ? new WrittenNumber(_text[start..at].ToString(), BigInteger.Parse(digits[..count], NumberStyles.None, CultureInfo.InvariantCulture), BigInteger.Pow(10, decimals)) : null;
    }

    private readonly int SeparatorLength(int at)
    {
        ReadOnlySpan<char> rest = _text[Math.Min(at, _text.Length)..];
        return rest.StartsWith("{,}") ? 3 : rest.StartsWith(@",\!") ? 3 : rest.StartsWith(@"\,") ? 2 : rest.StartsWith(",") ? 1 : 0;
    }

    private readonly bool IsGroup(int at) => IsDigit(at) && IsDigit(at + 1) && IsDigit(at + 2) && !IsDigit(at + GroupLength);

    /// <summary>Adds what stands behind a number: <c>/4</c>, or <c> 1/2</c> of a mixed number.</summary>
    private WrittenNumber WithFraction(WrittenNumber number, int start)
    {
        if (At(start - 1) != '/' && TryDivide(number, _position, out WrittenNumber? divided, out int end))
        {
            _position = end;
            return divided! with { Text = _text[start..end].ToString() }; // set when it says true
        }

        if (number.Denominator.IsOne && At(_position) == ' ' && IsDigit(_position + 1) && ReadDecimal(_position + 1, out int next) is { } numerator
            && TryDivide(numerator, next, out WrittenNumber? part, out int mixedEnd) && part!.Numerator < part.Denominator)
        {
            _position = mixedEnd;
            return new WrittenNumber(_text[start..mixedEnd].ToString(), (number.Numerator * part.Denominator) + part.Numerator, part.Denominator);
        }

        return number;
    }

    private readonly bool TryDivide(WrittenNumber numerator, int slash, out WrittenNumber? divided, out int end)
    {
        divided = null;
        end = slash;
        if (At(slash) != '/' || !IsDigit(slash + 1) || ReadDecimal(slash + 1, out int behind) is not { } denominator || denominator.Numerator.IsZero || At(behind) == '/')
        {
            return false; // 5/0 is no number, and 3/4/2020 a date
        }

        divided = new WrittenNumber("", numerator.Numerator * denominator.Denominator, numerator.Denominator * denominator.Numerator);
        end = behind;
        return true;
    }

    private WrittenNumber? ReadLatexFraction(int start)
    {
        ReadOnlySpan<char> rest = _text[start..];
        int command = rest.StartsWith(@"\frac") ? 5 : rest.StartsWith(@"\dfrac") || rest.StartsWith(@"\tfrac") ? 6 : 0;
        if (command == 0 || ReadBraced(start + command, out int middle) is not { } numerator || ReadBraced(middle, out int end) is not { } denominator || denominator.Numerator.IsZero)
        {
            return null;
        }

        _position = end;
        var number = new WrittenNumber(rest[..(end - start)].ToString(), numerator.Numerator * denominator.Denominator, numerator.Denominator * denominator.Numerator);
        return Signed(number.Denominator.Sign < 0 ? number with { Numerator = -number.Numerator, Denominator = -number.Denominator } : number, start);
    }

    /// <summary>A number in braces and nothing else, or a single digit.</summary>
    private readonly WrittenNumber? ReadBraced(int at, out int end)
    {
        end = at + 1;
        if (IsDigit(at))
        {
            return new WrittenNumber("", _text[at] - '0', BigInteger.One);
        }

        if (At(at) != '{')
        {
            return null;
        }

        bool isNegative = IsMinus(at + 1);
        int first = isNegative ? at + 2 : at + 1;
        if (!IsDigit(first) || ReadDecimal(first, out int close) is not { } number || At(close) != '}')
        {
            return null;
        }

        end = close + 1;
        return isNegative ? number with { Numerator = -number.Numerator } : number;
    }

    /// <summary>Takes a minus before a number with it, also one before its currency sign.</summary>
    private readonly WrittenNumber Signed(WrittenNumber number, int start)
    {
        int sign = At(start - 1) is '$' or '€' or '£' && IsMinus(start - 2) ? start - 2 : start - 1;
        bool isSign = IsMinus(sign) && !(char.IsLetterOrDigit(At(sign - 1)) || At(sign - 1) is ')' or ']' or '}');
        return isSign ? number with { Text = "-" + number.Text, Numerator = -number.Numerator } : number;
    }

    private readonly bool IsMinus(int at) => At(at) is '-' or TypographicMinus;

    private readonly bool IsDigit(int at) => char.IsAsciiDigit(At(at));

    private readonly char At(int at) => at >= 0 && at < _text.Length ? _text[at] : '\0';
}
