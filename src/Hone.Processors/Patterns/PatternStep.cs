using System.Globalization;
using System.Runtime.CompilerServices;

namespace Hone.Processors.Patterns;

/// <summary>Steps of a pattern over UTF-16 text by code points; a surrogate without its partner counts as one.</summary>
internal static class PatternStep
{
    /// <summary>Carries out an instruction that has one way to go on.</summary>
    /// <returns>Whether it matches.</returns>
    public static bool Take(in PatternInstruction instruction, ReadOnlySpan<char> text, ref int at)
    {
        switch (instruction.Op)
        {
            case PatternOp.One:
                return TakeOne(instruction.Set!, text, ref at);
            case PatternOp.Grapheme:
                int length = at < text.Length ? StringInfo.GetNextTextElementLength(text[at..]) : 0;
                at += length;
                return length > 0;
            default:
                return Holds(instruction.Anchor, text, at);
        }
    }

    private static bool Holds(AnchorKind anchor, ReadOnlySpan<char> text, int at) => anchor switch
    {
        AnchorKind.TextStart => at == 0,
        AnchorKind.TextEnd => at == text.Length,
        AnchorKind.TextEndOrNewline => at == text.Length || (at == text.Length - 1 && text[at] == '\n'),
        AnchorKind.LineStart => at == 0 || (text[at - 1] == '\n' && at < text.Length),
        AnchorKind.LineEnd => at == text.Length || text[at] == '\n',
        AnchorKind.WordEdge => IsWordEdge(text, at),
        _ => !IsWordEdge(text, at),
    };

    private static bool IsWordEdge(ReadOnlySpan<char> text, int at)
    {
        int before = at - (at > 0 ? WidthBefore(text, at) : 0), after = at;
        return (before < at && TakeOne(UnicodeProperties.WordOutsideBrackets, text, ref before)) != TakeOne(UnicodeProperties.WordOutsideBrackets, text, ref after);
    }

    /// <summary>Steps over a code point if it is in a set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TakeOne(CodePointSet set, ReadOnlySpan<char> text, ref int at)
    {
        if ((uint)at >= (uint)text.Length)
        {
            return false;
        }

        int code = CodeAt(text, at, out int width);
        if (!set.Contains(code))
        {
            return false;
        }

        at += width;
        return true;
    }

    /// <summary>The end of the run of code points of a set.</summary>
    public static int EndOfRun(CodePointSet set, ReadOnlySpan<char> text, int at)
    {
        while (TakeOne(set, text, ref at))
        {
        }

        return at;
    }

    /// <summary>The first code point at or after a position that is in a set, or the end.</summary>
    public static int SkipTo(CodePointSet set, ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length)
        {
            int code = CodeAt(text, at, out int width);
            if (set.Contains(code))
            {
                break;
            }

            at += width;
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CodeAt(ReadOnlySpan<char> text, int at, out int width)
    {
        char unit = text[at];
        if (char.IsHighSurrogate(unit) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
        {
            width = 2;
            return char.ConvertToUtf32(unit, text[at + 1]);
        }

        width = 1;
        return unit;
    }

    /// <summary>Units of the code point at a position.</summary>
    public static int Width(ReadOnlySpan<char> text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;

    /// <summary>Units of the code point that ends at a position.</summary>
    public static int WidthBefore(ReadOnlySpan<char> text, int at) => at >= 2 && char.IsSurrogatePair(text[at - 2], text[at - 1]) ? 2 : 1;

    /// <summary>The position a number of code points before, or −1.</summary>
    public static int StepBack(ReadOnlySpan<char> text, int at, int codePoints)
    {
        for (; codePoints > 0 && at > 0; codePoints--)
        {
            at -= WidthBefore(text, at);
        }

        return codePoints > 0 ? -1 : at;
    }
}
