using System.Text;

namespace Hone.Processors.Patterns;

/// <summary>Reads what ECMAScript writes behind a backslash: sets and single characters.</summary>
/// <remarks>Source: ECMA-262, sections 22.2.1 (CharacterEscape, CharacterClassEscape) and 12.2 (WhiteSpace).</remarks>
internal static class EcmaScriptEscapes
{
    /// <summary>What <c>.</c> leaves out.</summary>
    public static CodePointSet LineBreaks { get; } = CodePointSet.Of('\n', '\r', 0x2028, 0x2029);

    private static CodePointSet Digit { get; } = CodePointSet.Range('0', '9');

    private static CodePointSet Word { get; } = Digit.Union(CodePointSet.Range('A', 'Z')).Union(CodePointSet.Range('a', 'z')).Union(CodePointSet.Of('_'));

    // Unlike the property White_Space it has U+FEFF and leaves U+0085 out.
    private static CodePointSet Space { get; } = UnicodeProperties.WhiteSpace.Except(CodePointSet.Of(0x85)).Union(CodePointSet.Of(0xFEFF));

    /// <summary>Reads an escape, from its backslash on.</summary>
    public static CodePointSet Take(PatternCursor cursor, bool inBrackets)
    {
        int start = cursor.Position++;
        if (cursor.IsAtEnd)
        {
            throw cursor.Error("The expression ends in a backslash.", "Write \\\\ for the character.", start);
        }

        int kind = cursor.TakeCodePoint();
        switch (kind)
        {
            case 'd':
                return Digit;
            case 'D':
                return Digit.Complement();
            case 'w':
                return Word;
            case 'W':
                return Word.Complement();
            case 's':
                return Space;
            case 'S':
                return Space.Complement();
            case 'p' or 'P' when cursor.Take('{'):
                CodePointSet set = cursor.TakePropertyName(start);
                return kind == 'P' ? set.Complement() : set;
            case '0':
                return CodePointSet.Of(0);
            case 'x':
                return CodePointSet.Of(cursor.TakeHexDigits(2, 2, start, closed: false));
            case 'u':
                return CodePointSet.Of(cursor.Take('{') ? Scalar(cursor, cursor.TakeHexDigits(1, 8, start, closed: true), start) : Utf16(cursor, start));
            case 'b' when inBrackets:
                return CodePointSet.Of('\b');
            default:
                int index = "nrtfv".IndexOf((char)kind, StringComparison.Ordinal);
                return kind < 128 && index >= 0 ? CodePointSet.Of("\n\r\t\f\v"[index])
                    : kind < 128 && char.IsAsciiLetterOrDigit((char)kind) ? throw cursor.Error($"\\{(char)kind} is not supported.", "Rewrite the expression without it.", start)
                    : CodePointSet.Of(Scalar(cursor, kind, start));
        }
    }

    /// <summary>Refuses half of a surrogate pair.</summary>
    public static int Scalar(PatternCursor cursor, int code, int start) =>
        Rune.IsValid(code) ? code : throw cursor.Error("Half of a surrogate pair stands alone.", "Write the whole character.", start);

    private static int Utf16(PatternCursor cursor, int start)
    {
        int unit = cursor.TakeHexDigits(4, 4, start, closed: false);
        if (!char.IsHighSurrogate((char)unit) || !cursor.Take("\\u"))
        {
            return Scalar(cursor, unit, start);
        }

        int low = cursor.TakeHexDigits(4, 4, start, closed: false);
        return char.IsLowSurrogate((char)low) ? char.ConvertToUtf32((char)unit, (char)low) : Scalar(cursor, unit, start);
    }
}
