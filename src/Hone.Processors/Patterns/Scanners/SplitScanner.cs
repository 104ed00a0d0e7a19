using System.Runtime.CompilerServices;
using static Hone.Processors.Patterns.Scanners.CodePointClasses;

namespace Hone.Processors.Patterns.Scanners;

/// <summary>The scanner of one set of rules.</summary>
/// <remarks>Source: the expressions in <see cref="WellKnownExpressions"/>; each alternative is tried in its order, with what backtracking would give written out.</remarks>
internal sealed unsafe class SplitScanner<TRules> : PieceScanner
    where TRules : struct, ISplitRules
{
    public override int MatchAt(ReadOnlySpan<char> text, int at) => Match(new Utf16Points(text), at, text.Length);

    public override int Split(byte* text, int at, int end, Span<int> ends)
    {
        var points = new Utf8Points(text);
        int count = 0;
        while (at < end && count < ends.Length)
        {
            int next = Match(points, at, end);
            at = next >= 0 ? next : SkipUnmatched(points, at, end);
            ends[count++] = at;
        }

        return count;
    }

    private static int SkipUnmatched(Utf8Points points, int at, int end)
    {
        do
        {
            points.ClassesAt(at, out int width);
            at += width;
        }
        while (at < end && Match(points, at, end) < 0);

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Match<TText>(scoped TText text, int at, int end)
        where TText : struct, ICodePoints, allows ref struct
    {
        int classes = text.ClassesAt(at, out int width), after = at + width, unit = text.UnitAt(at);
        if (TRules.LeadingContractions && unit == '\'')
        {
            int contraction = EndOfContraction(text, after, end);
            if (contraction > 0)
            {
                return contraction;
            }
        }

        if (TRules.SymbolWords && unit < 0x80 && (classes & Symbol) != 0)
        {
            int letters = text.SkipAsciiLetters(after, end);
            if (letters > after)
            {
                return letters;
            }
        }

        int word = TRules.CasedWords ? MatchCasedWord(text, at, after, classes, end) : MatchWord(text, after, classes, unit, end);
        if (word > 0)
        {
            return word;
        }

        bool isSpace = unit == ' ' && after < end;
        int following = 0, followingWidth = 0;
        if (isSpace)
        {
            following = text.ClassesAt(after, out followingWidth);
        }

        if (TRules.NumberLength >= 0)
        {
            if ((classes & Number) != 0)
            {
                return TRules.NumberLength == 0 ? SkipRun(text, Number, after, end) : SkipNumber(text, after, end);
            }

            if (TRules.NumberLength == 0 && (following & Number) != 0)
            {
                return SkipRun(text, Number, after + followingWidth, end);
            }
        }

        if (IsOther(classes))
        {
            return SkipOthers(text, after, end);
        }

        if (isSpace && IsOther(following))
        {
            return SkipOthers(text, after + followingWidth, end);
        }

        return (classes & White) != 0 ? MatchWhite(text, at, after, end) : -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOther(int classes) => TRules.Other != 0 ? (classes & TRules.Other) != 0 : (classes & TRules.OtherExcluded) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int MatchWord<TText>(scoped TText text, int after, int classes, int unit, int end)
        where TText : struct, ICodePoints, allows ref struct
    {
        // A mark that begins a word of letters and marks is also its prefix; both readings end at the same place.
        if ((classes & TRules.Word) != 0)
        {
            return SkipWord(text, after, end);
        }

        bool isPrefix = TRules.AnyWordPrefix ? (classes & TRules.PrefixExcluded) == 0 : unit == ' ';
        if (isPrefix && after < end && (text.ClassesAt(after, out int width) & TRules.Word) != 0)
        {
            return SkipWord(text, after + width, end);
        }

        return -1;
    }

    // [prefix]?[upper]*[lower]+, else [prefix]?[upper]+[lower]*; in each the prefix is first taken, then given back.
    private static int MatchCasedWord<TText>(scoped TText text, int at, int after, int classes, int end)
        where TText : struct, ICodePoints, allows ref struct
    {
        bool isPrefix = (classes & TRules.PrefixExcluded) == 0;
        int word = isPrefix ? EndOfLowerWord(text, after, end) : -1;
        word = word < 0 ? EndOfLowerWord(text, at, end) : word;
        word = word < 0 && isPrefix ? EndOfUpperWord(text, after, end) : word;
        word = word < 0 ? EndOfUpperWord(text, at, end) : word;
        if (TRules.TrailingContractions && word > 0 && word < end && text.UnitAt(word) == '\'')
        {
            int contraction = EndOfContraction(text, word + 1, end);
            return contraction > 0 ? contraction : word;
        }

        return word;
    }

    // Capitals, then small letters; where none follow, the capitals are given back to the last that also counts as small.
    private static int EndOfLowerWord<TText>(scoped TText text, int at, int end)
        where TText : struct, ICodePoints, allows ref struct
    {
        int lastBoth = -1;
        while (at < end)
        {
            int classes = text.ClassesAt(at, out int width);
            if ((classes & Upper) == 0)
            {
                if ((classes & Lower) != 0)
                {
                    return SkipRun(text, Lower, at + width, end);
                }

                break;
            }

            at += width;
            lastBoth = (classes & Lower) != 0 ? at : lastBoth;
        }

        return lastBoth;
    }

    // Only asked when no capital counts as small and no small letter follows.
    private static int EndOfUpperWord<TText>(scoped TText text, int at, int end)
        where TText : struct, ICodePoints, allows ref struct
    {
        int word = SkipRun(text, Upper, at, end);
        return word > at ? word : -1;
    }

    private static int SkipWord<TText>(scoped TText text, int at, int end)
        where TText : struct, ICodePoints, allows ref struct
    {
        while (true)
        {
            at = text.SkipAsciiLetters(at, end);
            if (at >= end || text.UnitAt(at) < 0x80 || (text.ClassesAt(at, out int width) & TRules.Word) == 0)
            {
                return at;
            }

            at += width;
        }
    }

    private static int SkipRun<TText>(scoped TText text, int mask, int at, int end)
        where TText : struct, ICodePoints, allows ref struct
    {
        while (at < end && (text.ClassesAt(at, out int width) & mask) != 0)
        {
            at += width;
        }

        return at;
    }

    private static int SkipNumber<TText>(scoped TText text, int at, int end)
        where TText : struct, ICodePoints, allows ref struct
    {
        for (int i = 1; i < TRules.NumberLength && at < end && (text.ClassesAt(at, out int width) & Number) != 0; i++)
        {
            at += width;
        }

        return at;
    }

    private static int SkipOthers<TText>(scoped TText text, int at, int end)
        where TText : struct, ICodePoints, allows ref struct
    {
        while (at < end && IsOther(text.ClassesAt(at, out int width)))
        {
            at += width;
        }

        if (TRules.OtherTakesNewlines)
        {
            while (at < end && (text.UnitAt(at) is '\r' or '\n' || (TRules.OtherTakesSlashes && text.UnitAt(at) == '/')))
            {
                at++;
            }
        }

        return at;
    }

    // \s*[\r\n]+|\s+(?!\S)|\s+ at white space.
    private static int MatchWhite<TText>(scoped TText text, int at, int after, int end)
        where TText : struct, ICodePoints, allows ref struct
    {
        int run = at, last = at, newlines = -1, following = 0;
        while (run < end && ((following = text.ClassesAt(run, out int width)) & White) != 0)
        {
            last = run;
            run += width;
            newlines = (following & Newline) != 0 ? run : newlines;
        }

        if (TRules.NewlineRuns && newlines > 0)
        {
            return newlines;
        }

        // Before something else the last one is left to it, unless it is the only one.
        bool isEnd = run == end || (TRules.NumbersEndText && (following & Number) != 0);
        return isEnd || last == at ? run : last;
    }

    // 's 't 'm 'd 're 've 'll behind the apostrophe.
    private static int EndOfContraction<TText>(scoped TText text, int at, int end)
        where TText : struct, ICodePoints, allows ref struct
    {
        if (at >= end)
        {
            return -1;
        }

        int fold = TRules.ContractionsIgnoreCase ? 0x20 : 0, first = text.UnitAt(at) | fold;
        if (first is 's' or 't' or 'm' or 'd')
        {
            return at + 1;
        }

        if (TRules.ContractionsIgnoreCase && text.IsLongS(at, end, out int width))
        {
            return at + width;
        }

        if (at + 1 >= end)
        {
            return -1;
        }

        int second = text.UnitAt(at + 1) | fold;
        return (first == 'l' && second == 'l') || (first is 'r' or 'v' && second == 'e') ? at + 2 : -1;
    }
}
