using System.Buffers;
using System.Text;

namespace Hone.Processors.Tokenizers.Unicode;

/// <summary>Walks UTF-16 text by code points; texts here hold no lone surrogates (<see cref="Sanitize"/>).</summary>
internal static class CodePoint
{
    /// <summary>The code point that starts at <paramref name="index"/>.</summary>
    public static Rune At(ReadOnlySpan<char> text, int index)
    {
        char c = text[index];
        return char.IsSurrogate(c) ? new Rune(c, text[index + 1]) : new Rune(c);
    }

    /// <summary>UTF-16 units of the code point that starts at <paramref name="index"/>.</summary>
    public static int LengthAt(ReadOnlySpan<char> text, int index) => char.IsHighSurrogate(text[index]) ? 2 : 1;

    /// <summary>The code point that ends before <paramref name="end"/>.</summary>
    public static Rune Before(ReadOnlySpan<char> text, int end)
    {
        char c = text[end - 1];
        return char.IsLowSurrogate(c) ? new Rune(text[end - 2], c) : new Rune(c);
    }

    /// <summary>Bytes of the code point in UTF-8.</summary>
    public static int Utf8LengthAt(ReadOnlySpan<char> text, int index)
    {
        char c = text[index];
        return c < 0x80 ? 1 : c < 0x800 ? 2 : char.IsHighSurrogate(c) ? 4 : 3;
    }

    /// <summary>Number of code points.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        int count = text.Length;
        foreach (char c in text)
        {
            if (char.IsLowSurrogate(c))
            {
                count--;
            }
        }

        return count;
    }

    /// <summary>The text with U+FFFD in place of each lone surrogate, as UTF-8 encoders write it; the same string when there is none.</summary>
    public static string Sanitize(string text)
    {
        int bad = FindLoneSurrogate(text, 0);
        if (bad < 0)
        {
            return text;
        }

        char[] copy = text.ToCharArray();
        for (; bad >= 0; bad = FindLoneSurrogate(copy, bad + 1))
        {
            copy[bad] = '\uFFFD';
        }

        return new string(copy);
    }

    private static int FindLoneSurrogate(ReadOnlySpan<char> text, int from)
    {
        for (int i = from; i < text.Length; i++)
        {
            int next = text[i..].IndexOfAnyInRange('\uD800', '\uDFFF');
            if (next < 0)
            {
                return -1;
            }

            i += next;
            if (Rune.DecodeFromUtf16(text[i..], out _, out _) != OperationStatus.Done)
            {
                return i;
            }

            i++;
        }

        return -1;
    }
}
