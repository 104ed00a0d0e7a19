using System.Text;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers;

/// <summary>Splits a text at delimiters.</summary>
internal static class PieceSplitter
{
    /// <summary>Adds the pieces between and of the delimiters.</summary>
    public static void Split(AlignedText text, List<SplitSpan> spans, SplitBehavior behavior, List<PreTokenizedPiece> output)
    {
        foreach (SplitSpan span in Merge(spans, behavior))
        {
            output.Add(new PreTokenizedPiece(text.Slice(span.Start, span.End)));
        }
    }

    /// <summary>Splits at single code points.</summary>
    public static void Split(AlignedText text, Func<Rune, bool> isDelimiter, SplitBehavior behavior, List<PreTokenizedPiece> output) =>
        Split(text, Cut(text.Text, isDelimiter), behavior, output);

    private static List<SplitSpan> Cut(ReadOnlySpan<char> text, Func<Rune, bool> isDelimiter)
    {
        var spans = new List<SplitSpan>();
        int done = 0;
        for (int i = 0, size; i < text.Length; i += size)
        {
            size = CodePoint.LengthAt(text, i);
            if (isDelimiter(CodePoint.At(text, i)))
            {
                if (done < i)
                {
                    spans.Add(new SplitSpan(done, i, false));
                }

                spans.Add(new SplitSpan(i, i + size, true));
                done = i + size;
            }
        }

        if (done < text.Length)
        {
            spans.Add(new SplitSpan(done, text.Length, false));
        }

        return spans;
    }

    private static IEnumerable<SplitSpan> Merge(List<SplitSpan> spans, SplitBehavior behavior) => behavior switch
    {
        SplitBehavior.Removed => spans.Where(span => !span.IsMatch),
        SplitBehavior.Isolated => spans,
        SplitBehavior.Contiguous => Join(spans, (before, span) => before == span),
        SplitBehavior.MergedWithPrevious => Join(spans, (before, span) => span && !before),
        SplitBehavior.MergedWithNext => JoinBackwards(spans),
        _ => throw new ArgumentOutOfRangeException(nameof(behavior)),
    };

    private static List<SplitSpan> Join(List<SplitSpan> spans, Func<bool, bool, bool> joins)
    {
        var joined = new List<SplitSpan>();
        bool before = false;
        foreach (SplitSpan span in spans)
        {
            if (joined.Count > 0 && joins(before, span.IsMatch))
            {
                joined[^1] = joined[^1] with { End = span.End };
            }
            else
            {
                joined.Add(span);
            }

            before = span.IsMatch;
        }

        return joined;
    }

    private static List<SplitSpan> JoinBackwards(List<SplitSpan> spans)
    {
        var joined = new List<SplitSpan>();
        bool after = false;
        for (int i = spans.Count - 1; i >= 0; i--)
        {
            if (joined.Count > 0 && spans[i].IsMatch && !after)
            {
                joined[^1] = joined[^1] with { Start = spans[i].Start };
            }
            else
            {
                joined.Add(spans[i]);
            }

            after = spans[i].IsMatch;
        }

        joined.Reverse();
        return joined;
    }
}
