using System.Globalization;
using System.Text;

namespace Hone.Processors.Patterns;

/// <summary>Which code points differ in case only.</summary>
/// <remarks>Simple case folding. Source: Unicode Character Database, CaseFolding.txt (status C and S).</remarks>
internal static class CaseFolding
{
    private static readonly Lazy<Dictionary<int, int[]>> s_classes = new(Build);

    /// <summary>Sequences that are the folding of single characters: <c>(?i)ss</c> also matches <c>ß</c>. Longest first.</summary>
    public static IReadOnlyList<(string Sequence, int[] Characters)> Ligatures { get; } =
    [
        ("ffi", [0xFB03]), ("ffl", [0xFB04]), ("ff", [0xFB00]), ("fi", [0xFB01]), ("fl", [0xFB02]), ("st", [0xFB05, 0xFB06]), ("ss", [0xDF, 0x1E9E]),
    ];

    /// <summary>The set together with all case variants of its members.</summary>
    public static CodePointSet Close(CodePointSet set)
    {
        if (set.Single >= 0)
        {
            return s_classes.Value.TryGetValue(set.Single, out int[]? others) ? CodePointSet.Of(others).Union(set) : set;
        }

        var ranges = set.Ranges().ToList();
        foreach ((int code, int[] variants) in s_classes.Value)
        {
            if (set.Contains(code))
            {
                foreach (int variant in variants)
                {
                    ranges.Add((variant, variant + 1));
                }
            }
        }

        return CodePointSet.FromRanges(ranges);
    }

    // .NET's invariant mappings link most pairs; what they leave out because of ASCII or of multi-character mappings is added by hand.
    private static Dictionary<int, int[]> Build()
    {
        var links = new List<(int A, int B)> { (0x17F, 's'), (0x345, 0x3B9), (0x1FBE, 0x3B9), (0x390, 0x1FD3), (0x3B0, 0x1FE3), (0xFB05, 0xFB06), (0x1E9E, 0xDF) };
        foreach ((int first, int end, UnicodeCategory category) in UnicodeProperties.CategoryRanges)
        {
            bool isUncased = category is UnicodeCategory.OtherNotAssigned or UnicodeCategory.OtherLetter or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate;
            for (int code = first; code < end && !isUncased; code++)
            {
                var rune = new Rune(code);
                int lower = Rune.ToLowerInvariant(rune).Value, upper = Rune.ToUpperInvariant(rune).Value;
                if (lower != code)
                {
                    links.Add((code, lower));
                }

                if (upper != code)
                {
                    links.Add((code, upper));
                }
            }
        }

        var classes = new Dictionary<int, List<int>>();
        foreach ((int a, int b) in links)
        {
            List<int> left = ClassOf(classes, a), right = ClassOf(classes, b);
            if (left != right)
            {
                left.AddRange(right);
                foreach (int member in right)
                {
                    classes[member] = left;
                }
            }
        }

        return classes.ToDictionary(entry => entry.Key, entry => entry.Value.ToArray());
    }

    private static List<int> ClassOf(Dictionary<int, List<int>> classes, int code)
    {
        if (!classes.TryGetValue(code, out List<int>? members))
        {
            classes[code] = members = [code];
        }

        return members;
    }
}
