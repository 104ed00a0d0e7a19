using System.Globalization;

namespace Hone.Inference.Constraints;

/// <summary>A set of Unicode scalar values: sorted ranges that neither touch nor overlap, never a surrogate.</summary>
internal sealed class CodePointSet
{
    /// <summary>The highest code point.</summary>
    public const int Max = 0x10FFFF;

    private const int FirstSurrogate = 0xD800, LastSurrogate = 0xDFFF;

    private CodePointSet(List<(int First, int Last)> ranges)
    {
        Ranges = ranges;
    }

    /// <summary>Every scalar value.</summary>
    public static CodePointSet All { get; } = Of((0, Max));

    /// <summary>The ranges, both ends included, ascending.</summary>
    public IReadOnlyList<(int First, int Last)> Ranges { get; }

    /// <summary>Whether nothing is in it.</summary>
    public bool IsEmpty => Ranges.Count == 0;

    /// <summary>The union of ranges in any order; surrogates are left out.</summary>
    public static CodePointSet Of(params IEnumerable<(int First, int Last)> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach ((int first, int last) in ranges.SelectMany(WithoutSurrogates).OrderBy(r => r.First))
        {
            if (merged.Count > 0 && first <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, last));
            }
            else
            {
                merged.Add((first, last));
            }
        }

        return new CodePointSet(merged);
    }

    /// <summary>A single character.</summary>
    public static CodePointSet Of(int codePoint) => Of((codePoint, codePoint));

    /// <summary>All characters of the given general categories.</summary>
    public static CodePointSet OfCategories(Func<UnicodeCategory, bool> isWanted)
    {
        var ranges = new List<(int First, int Last)>();
        for (int code = 0; code <= Max; code++)
        {
            if (isWanted(CharUnicodeInfo.GetUnicodeCategory(code)))
            {
                if (ranges.Count > 0 && ranges[^1].Last == code - 1)
                {
                    ranges[^1] = (ranges[^1].First, code);
                }
                else
                {
                    ranges.Add((code, code));
                }
            }
        }

        return Of(ranges);
    }

    /// <summary>Everything that is in either set.</summary>
    public CodePointSet Union(CodePointSet other) => Of(Ranges.Concat(other.Ranges));

    /// <summary>Everything that is not in the set.</summary>
    public CodePointSet Complement()
    {
        var ranges = new List<(int First, int Last)>();
        int next = 0;
        foreach ((int first, int last) in Ranges)
        {
            if (first > next)
            {
                ranges.Add((next, first - 1));
            }

            next = last + 1;
        }

        if (next <= Max)
        {
            ranges.Add((next, Max));
        }

        return Of(ranges);
    }

    /// <summary>Everything that is in this set and not in the other.</summary>
    public CodePointSet Except(CodePointSet other) => Complement().Union(other).Complement();

    /// <summary>Everything that is in both sets.</summary>
    public CodePointSet Intersect(CodePointSet other) => Complement().Union(other.Complement()).Complement();

    /// <summary>Whether the character is in the set.</summary>
    public bool Contains(int codePoint) => Ranges.Any(r => codePoint >= r.First && codePoint <= r.Last);

    private static IEnumerable<(int First, int Last)> WithoutSurrogates((int First, int Last) range)
    {
        if (range.First < FirstSurrogate && range.First <= range.Last)
        {
            yield return (range.First, Math.Min(range.Last, FirstSurrogate - 1));
        }

        if (range.Last > LastSurrogate && range.First <= range.Last)
        {
            yield return (Math.Max(range.First, LastSurrogate + 1), range.Last);
        }
    }
}
