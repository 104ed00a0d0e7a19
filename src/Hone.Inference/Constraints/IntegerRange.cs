using System.Globalization;
using Hone.Processors.Patterns;
using Fragment = Hone.Inference.Constraints.GrammarBuilder.Fragment;

namespace Hone.Inference.Constraints;

/// <summary>Whole numbers between two bounds, in decimal without leading zeros.</summary>
internal static class IntegerRange
{
    /// <summary>The numbers from <paramref name="min"/> to <paramref name="max"/>; a missing bound is none.</summary>
    public static Fragment Build(GrammarBuilder builder, Int128? min, Int128? max)
    {
        var parts = new List<Fragment>();
        Int128 low = min ?? 0;
        if (max is null || max >= 0)
        {
            parts.Add(NonNegative(builder, min is null || low < 0 ? 0 : low, max));
        }

        if (min is null || low < 0)
        {
            Int128 smallest = max is null || max >= -1 ? 1 : -max.Value;
            parts.Add(builder.Sequence(builder.Text("-"), NonNegative(builder, smallest, min is null ? null : -low)));
        }

        return builder.Choice(parts);
    }

    private static Fragment NonNegative(GrammarBuilder builder, Int128 min, Int128? max)
    {
        var parts = new List<Fragment>();
        string low = min.ToString(CultureInfo.InvariantCulture);
        int longest = max?.ToString(CultureInfo.InvariantCulture).Length ?? low.Length;
        for (int digits = low.Length; digits <= longest; digits++)
        {
            string first = digits == low.Length ? low : "1" + new string('0', digits - 1);
            string last = max is { } limit && digits == longest ? limit.ToString(CultureInfo.InvariantCulture) : new string('9', digits);
            parts.Add(SameLength(builder, first, last));
        }

        if (max is null)
        {
            // Everything with more digits than the least number.
            parts.Add(builder.Sequence(Digits(builder, '1', '9'), builder.Repeat(() => Digits(builder, '0', '9'), low.Length, null)));
        }

        return builder.Choice(parts);
    }

    // Numbers of equal length between two of them: by the first digit, then by the rest.
    private static Fragment SameLength(GrammarBuilder builder, string low, string high)
    {
        if (low.Length == 0)
        {
            return builder.Empty();
        }

        string zeros = new('0', low.Length - 1), nines = new('9', low.Length - 1);
        if (low[1..] == zeros && high[1..] == nines)
        {
            return builder.Sequence(Digits(builder, low[0], high[0]), builder.Repeat(() => Digits(builder, '0', '9'), zeros.Length, zeros.Length));
        }

        if (low[0] == high[0])
        {
            return builder.Sequence(Digits(builder, low[0], low[0]), SameLength(builder, low[1..], high[1..]));
        }

        var parts = new List<Fragment> { builder.Sequence(Digits(builder, low[0], low[0]), SameLength(builder, low[1..], nines)), builder.Sequence(Digits(builder, high[0], high[0]), SameLength(builder, zeros, high[1..])) };
        if (high[0] - low[0] > 1)
        {
            parts.Add(SameLength(builder, (char)(low[0] + 1) + zeros, (char)(high[0] - 1) + nines));
        }

        return builder.Choice(parts);
    }

    private static Fragment Digits(GrammarBuilder builder, char first, char last) => builder.Character(CodePointSet.Range(first, last));
}
