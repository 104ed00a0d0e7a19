using System.Text;

namespace Hone.Processors.Tokenizers.Unicode;

/// <summary>A quick test for normalization form C.</summary>
/// <remarks>Source: Unicode Standard Annex 15, section 9, "Detecting Normalization Forms", with the data of <see cref="UnicodeNormalization"/>.</remarks>
internal static class ComposedForm
{
    // No combining class has this value.
    private const byte MayChange = 255;

    // Below it every code point is its own normal form and a starter.
    private const char FirstOfInterest = '\u0300';

    private static readonly Lazy<byte[]> s_table = new(Build);

    /// <summary>Whether a text is in the form for certain; a text that is may also be answered with no.</summary>
    public static bool IsCertain(ReadOnlySpan<char> text)
    {
        int at = text.IndexOfAnyExceptInRange('\0', (char)(FirstOfInterest - 1));
        if (at < 0)
        {
            return true;
        }

        byte[] table = s_table.Value;
        int last = 0;
        while (at < text.Length)
        {
            int code = text[at++];
            if (char.IsHighSurrogate((char)code) && at < text.Length)
            {
                code = char.ConvertToUtf32((char)code, text[at++]);
            }

            int state = table[code];
            if (state != 0 && (state == MayChange || state < last))
            {
                return false;
            }

            last = state;
        }

        return true;
    }

    // The combining class, or MayChange for what composition may swallow or decomposition replace.
    private static byte[] Build()
    {
        var table = new byte[0x110000];
        foreach ((int first, int last, string value) in UnicodeTables.ReadRanges("combining-class"))
        {
            table.AsSpan(first, last - first + 1).Fill(byte.Parse(value, System.Globalization.CultureInfo.InvariantCulture));
        }

        foreach ((_, int second) in UnicodeTables.ReadPairs("compositions").Keys)
        {
            table[second] = MayChange;
        }

        table.AsSpan(0x1161, 21).Fill(MayChange); // vowels and trailing consonants of Hangul
        table.AsSpan(0x11A8, 27).Fill(MayChange);
        foreach (int code in UnicodeTables.ReadMappings("canonical").Keys)
        {
            List<CharChange> normal = UnicodeNormalization.Normalize(new Rune(code).ToString(), UnicodeForm.C);
            if (normal.Count != 1 || normal[0].Rune.Value != code)
            {
                table[code] = MayChange;
            }
        }

        return table;
    }
}
