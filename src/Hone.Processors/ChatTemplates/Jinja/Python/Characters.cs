using System.Globalization;
using System.Text;

namespace Hone.Processors.ChatTemplates.Jinja.Python;

/// <summary>Classes of characters as Python's <c>str</c> sees them, and texts measured in code points.</summary>
internal static class Characters
{
    /// <summary>Ideographs that stand for numbers (Unicode Unihan, kPrimaryNumeric and its kin), which .NET's table leaves out.</summary>
    private const string HanNumbers =
        "\u3405\u3483\u382a\u3b4d\u4e00\u4e03\u4e07\u4e09\u4e5d\u4e8c\u4e94\u4e96\u4ebf\u4ec0\u4edf\u4ee8\u4f0d\u4f70" +
        "\u5104\u5146\u5169\u516b\u516d\u5341\u5343\u5344\u5345\u534c\u53c1\u53c2\u53c3\u53c4\u56db\u58f1\u58f9\u5e7a" +
        "\u5efe\u5eff\u5f0c\u5f0d\u5f0e\u5f10\u62fe\u634c\u67d2\u6f06\u7396\u767e\u8086\u842c\u8cae\u8cb3\u8d30\u9621" +
        "\u9646\u964c\u9678\u96f6\U00020001\U00020064\U000200e2\U00020121\U0002092a\U00020983\U0002098c\U0002099c\U00020aea\U00020afd\U00020b19\U00022390\U00022998\U00023b1b" +
        "\U0002626d";

    /// <summary>Whether every character is one code point, so that UTF-16 positions are Python's.</summary>
    public static bool IsSimple(ReadOnlySpan<char> text) => text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0;

    /// <summary>Length in code points.</summary>
    public static int Length(ReadOnlySpan<char> text)
    {
        if (IsSimple(text))
        {
            return text.Length;
        }

        int count = 0;
        for (int i = 0; i < text.Length; i += Width(text, i))
        {
            count++;
        }

        return count;
    }

    /// <summary>UTF-16 units of the code point at a position: 2 for a pair, 1 otherwise, also for a lone surrogate.</summary>
    public static int Width(ReadOnlySpan<char> text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;

    /// <summary>The code point at a position.</summary>
    public static int At(ReadOnlySpan<char> text, int at) => Width(text, at) == 2 ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];

    /// <summary>Where each code point starts, and the end.</summary>
    public static int[] Starts(ReadOnlySpan<char> text)
    {
        var starts = new List<int>(text.Length + 1);
        int at = 0;
        for (; at < text.Length; at += Width(text, at))
        {
            starts.Add(at);
        }

        starts.Add(at);
        return [.. starts];
    }

    /// <summary>UTF-16 position of a code point position.</summary>
    public static int UnitsBefore(ReadOnlySpan<char> text, int codePoints)
    {
        int at = 0;
        for (int i = 0; i < codePoints && at < text.Length; i++)
        {
            at += Width(text, at);
        }

        return at;
    }

    /// <summary>Appends a code point; a lone surrogate as it is.</summary>
    public static void Append(StringBuilder text, int codePoint)
    {
        if (codePoint < 0x10000)
        {
            text.Append((char)codePoint);
        }
        else
        {
            text.Append(char.ConvertFromUtf32(codePoint));
        }
    }

    public static string ToText(int codePoint) => codePoint < 0x10000 ? ((char)codePoint).ToString() : char.ConvertFromUtf32(codePoint);

    public static UnicodeCategory Category(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint);

    public static bool IsSpace(int c) => c is (>= 9 and <= 13) or (>= 0x1C and <= 0x20) or 0x85 or 0xA0 or 0x1680 or (>= 0x2000 and <= 0x200A) or 0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000;

    public static bool IsLineEnd(int c) => c is (>= 10 and <= 13) or (>= 0x1C and <= 0x1E) or 0x85 or 0x2028 or 0x2029;

    public static bool IsAlpha(int c) => Category(c) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter;

    public static bool IsDecimal(int c) => Category(c) == UnicodeCategory.DecimalDigitNumber;

    public static bool IsDigit(int c) => IsDecimal(c) || CharUnicodeInfo.GetDigitValue(ToText(c), 0) >= 0;

    public static bool IsNumeric(int c) => IsDigit(c) || CharUnicodeInfo.GetNumericValue(ToText(c), 0) != -1 || (c >= 0x3405 && HanNumbers.Contains(ToText(c), StringComparison.Ordinal));

    public static bool IsAlphanumeric(int c) => IsAlpha(c) || IsDigit(c) || IsNumeric(c);

    public static bool IsPrintable(int c) => c == ' ' || Category(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    /// <summary>Lower case including the other-lowercase characters (ordinals, modifier letters, circled and small Roman).</summary>
    public static bool IsLower(int c) => Category(c) == UnicodeCategory.LowercaseLetter
        || c is 0xAA or 0xBA or (>= 0x2B0 and <= 0x2B8) or 0x2C0 or 0x2C1 or (>= 0x2E0 and <= 0x2E4) or 0x345 or 0x37A or (>= 0x1D2C and <= 0x1D6A) or 0x1D78 or (>= 0x1D9B and <= 0x1DBF)
            or 0x2071 or 0x207F or (>= 0x2090 and <= 0x209C) or (>= 0x2170 and <= 0x217F) or (>= 0x24D0 and <= 0x24E9)
            or 0x2C7C or 0x2C7D or 0xA69C or 0xA69D or 0xA770 or 0xA7F8 or 0xA7F9 or (>= 0xAB5C and <= 0xAB5F) or (>= 0x10780 and <= 0x107BA and not (0x10781 or 0x10782 or 0x10786 or 0x107B1));

    public static bool IsUpper(int c) => Category(c) == UnicodeCategory.UppercaseLetter || c is (>= 0x2160 and <= 0x216F) or (>= 0x24B6 and <= 0x24CF) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    public static bool IsCased(int c) => IsLower(c) || IsUpper(c) || Category(c) == UnicodeCategory.TitlecaseLetter;

    /// <summary>Whether the character can stand in a name, after the first one if <paramref name="isFirst"/> is false.</summary>
    public static bool IsIdentifier(int c, bool isFirst) => c == '_' || IsAlpha(c) || Category(c) == UnicodeCategory.LetterNumber
        || (!isFirst && Category(c) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation);

    /// <summary>What <c>\w</c> matches in Python.</summary>
    public static bool IsWord(int c) => c == '_' || IsAlphanumeric(c);

    /// <summary>Without the white space around it.</summary>
    public static ReadOnlySpan<char> Strip(ReadOnlySpan<char> text)
    {
        int start = 0;
        int end = text.Length;
        while (start < end && IsSpace(text[start]))
        {
            start++;
        }

        while (end > start && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }
}
