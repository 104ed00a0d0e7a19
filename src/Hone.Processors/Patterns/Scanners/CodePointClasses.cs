using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hone.Processors.Patterns.Scanners;

/// <summary>What the expressions of pre-tokenizers ask about a code point, one byte each.</summary>
internal static class CodePointClasses
{
    /// <summary><c>\p{L}</c>.</summary>
    public const int Letter = 1;

    /// <summary><c>\p{N}</c>.</summary>
    public const int Number = 2;

    /// <summary><c>\s</c>.</summary>
    public const int White = 4;

    /// <summary>Carriage return and line feed.</summary>
    public const int Newline = 8;

    /// <summary><c>\p{M}</c>.</summary>
    public const int Mark = 16;

    /// <summary><c>\p{P}</c> and <c>\p{S}</c>.</summary>
    public const int Symbol = 32;

    /// <summary><c>[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]</c>: what a word in capitals may consist of.</summary>
    public const int Upper = 64;

    /// <summary><c>[\p{Ll}\p{Lm}\p{Lo}\p{M}]</c>: what a word in small letters may consist of.</summary>
    public const int Lower = 128;

    private static readonly byte[] s_table = Build();

    /// <summary>The bits of a code point below U+110000.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(int code) => Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(s_table), code);

    private static byte[] Build()
    {
        var table = new byte[CodePointSet.Limit];
        foreach ((int first, int end, UnicodeCategory category) in UnicodeProperties.CategoryRanges)
        {
            table.AsSpan(first, end - first).Fill((byte)OfCategory(category));
        }

        foreach ((int first, int end) in UnicodeProperties.WhiteSpace.Ranges())
        {
            for (int code = first; code < end; code++)
            {
                table[code] |= White;
            }
        }

        table['\r'] |= Newline;
        table['\n'] |= Newline;
        return table;
    }

    private static int OfCategory(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => Letter | Upper,
        UnicodeCategory.LowercaseLetter => Letter | Lower,
        UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Letter | Upper | Lower,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => Mark | Upper | Lower,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Number,
        >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherSymbol => Symbol,
        _ => 0,
    };
}
