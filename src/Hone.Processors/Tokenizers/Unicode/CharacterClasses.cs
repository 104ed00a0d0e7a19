using System.Globalization;
using System.Text;

namespace Hone.Processors.Tokenizers.Unicode;

/// <summary>Character classes as the reference's libraries define them.</summary>
internal static class CharacterClasses
{
    /// <summary>The property White_Space.</summary>
    public static bool IsWhiteSpace(Rune rune) => Rune.IsWhiteSpace(rune);

    /// <summary>Punctuation of Unicode, and ASCII's symbols too.</summary>
    public static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? rune.Value is (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~')
        : UnicodeTables.Punctuation[rune.Value];

    /// <summary>Digits, letter numbers and other numbers.</summary>
    public static bool IsNumeric(Rune rune) => rune.IsAscii ? char.IsAsciiDigit((char)rune.Value) : UnicodeTables.Numeric[rune.Value];

    /// <summary>A combining mark of any kind.</summary>
    public static bool IsMark(Rune rune) => !rune.IsAscii && UnicodeTables.Marks[rune.Value];

    /// <summary>A combining mark that takes no room.</summary>
    public static bool IsNonSpacingMark(Rune rune) => !rune.IsAscii && UnicodeTables.NonSpacingMarks[rune.Value];

    /// <summary>Control, format and private-use characters.</summary>
    public static bool IsOther(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.PrivateUse || (!rune.IsAscii && UnicodeTables.Format[rune.Value]);

    /// <summary><c>\w</c> of Unicode regular expressions: Alphabetic, marks, decimal digits, connectors, joiners.</summary>
    /// <remarks>Source: Unicode Technical Standard 18, annex C.</remarks>
    public static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
            or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.ConnectorPunctuation => true,
        UnicodeCategory.Format => rune.Value is 0x200C or 0x200D,  // joiners
        UnicodeCategory.OtherSymbol => rune.Value is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149)
            or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),  // Other_Alphabetic: circled and squared letters
        _ => false,
    };
}
