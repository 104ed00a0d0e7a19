using System.Text;

namespace Hone.Processors.Tokenizers.Unicode;

/// <summary>Unicode normalization that says for every code point what it replaces.</summary>
/// <remarks>
/// Source: Unicode Standard Annex 15 with the data of Unicode 9.0; how changes are counted as in Rust's <c>unicode-normalization-alignments</c>: the
/// first code point of a decomposition replaces, the others are inserted, and a composition adds up the changes of its parts, less one.
/// </remarks>
internal static class UnicodeNormalization
{
    // Source: The Unicode Standard, section 3.12, conjoining jamo behavior.
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28, SyllableCount = LeadCount * VowelCount * TrailCount;

    // Below these every code point is its own normal form and a starter.
    private const char FirstComposable = '\u0300';
    private const char FirstDecomposable = '\u00C0';
    private const char FirstCompatible = '\u00A0';

    private static readonly Lazy<byte[]> s_combiningClasses = new(ReadCombiningClasses);
    private static readonly Lazy<Dictionary<int, int[]>> s_canonical = new(() => UnicodeTables.ReadMappings("canonical"));
    private static readonly Lazy<Dictionary<int, int[]>> s_compatibility = new(() => UnicodeTables.ReadMappings("compatibility"));
    private static readonly Lazy<Dictionary<(int First, int Second), int>> s_compositions = new(() => UnicodeTables.ReadPairs("compositions"));

    /// <summary>Whether the text is certainly normalized, by a look at its largest character.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text, UnicodeForm form)
    {
        char limit = form switch
        {
            UnicodeForm.C => FirstComposable,
            UnicodeForm.D => FirstDecomposable,
            _ => FirstCompatible,
        };
        return text.IndexOfAnyExceptInRange('\0', (char)(limit - 1)) < 0;
    }

    /// <summary>The normal form of a text, code point by code point.</summary>
    public static List<CharChange> Normalize(ReadOnlySpan<char> text, UnicodeForm form)
    {
        List<CharChange> changes = Decompose(text, form is UnicodeForm.KC or UnicodeForm.KD);
        return form is UnicodeForm.C or UnicodeForm.KC ? Compose(changes) : changes;
    }

    private static List<CharChange> Decompose(ReadOnlySpan<char> text, bool compatibility)
    {
        var changes = new List<CharChange>(text.Length + (text.Length / 2));
        foreach (Rune rune in text.EnumerateRunes())
        {
            int syllable = rune.Value - SyllableBase;
            if ((uint)syllable < SyllableCount)
            {
                changes.Add(new CharChange(new Rune(LeadBase + (syllable / (VowelCount * TrailCount))), 0));
                changes.Add(new CharChange(new Rune(VowelBase + (syllable / TrailCount % VowelCount)), 1));
                if (syllable % TrailCount > 0)
                {
                    changes.Add(new CharChange(new Rune(TrailBase + (syllable % TrailCount)), 1));
                }
            }
            else if ((compatibility && s_compatibility.Value.TryGetValue(rune.Value, out int[]? parts)) || s_canonical.Value.TryGetValue(rune.Value, out parts))
            {
                for (int i = 0; i < parts.Length; i++)
                {
                    changes.Add(new CharChange(new Rune(parts[i]), i == 0 ? 0 : 1));
                }
            }
            else
            {
                changes.Add(new CharChange(rune, 0));
            }
        }

        Reorder(changes);
        return changes;
    }

    /// <summary>Sorts runs of marks by combining class, keeping the order of equals.</summary>
    private static void Reorder(List<CharChange> changes)
    {
        byte[] classes = s_combiningClasses.Value;
        for (int start = 0; start < changes.Count; start++)
        {
            int end = start;
            while (end < changes.Count && classes[changes[end].Rune.Value] != 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                CharChange[] sorted = [.. changes.GetRange(start, end - start).OrderBy(change => classes[change.Rune.Value])];
                for (int i = 0; i < sorted.Length; i++)
                {
                    changes[start + i] = sorted[i];
                }
            }

            start = end;
        }
    }

    private static List<CharChange> Compose(List<CharChange> changes)
    {
        byte[] classes = s_combiningClasses.Value;
        var composed = new List<CharChange>(changes.Count);
        int starter = -1;    // place in `composed` of the last starter
        int lastClass = -1;  // combining class of what stands between it and the present code point, −1 for nothing
        foreach (CharChange change in changes)
        {
            int combiningClass = classes[change.Rune.Value];
            if (starter >= 0 && lastClass < combiningClass && TryCompose(composed[starter].Rune.Value, change.Rune.Value, out int both))
            {
                composed[starter] = new CharChange(new Rune(both), composed[starter].Delta + change.Delta - 1);
                continue;
            }

            composed.Add(change);
            if (combiningClass == 0)
            {
                (starter, lastClass) = (composed.Count - 1, -1);
            }
            else
            {
                lastClass = combiningClass;
            }
        }

        return composed;
    }

    private static bool TryCompose(int first, int second, out int composed)
    {
        if ((uint)(first - LeadBase) < LeadCount && (uint)(second - VowelBase) < VowelCount)
        {
            composed = SyllableBase + ((((first - LeadBase) * VowelCount) + second - VowelBase) * TrailCount);
            return true;
        }

        if ((uint)(first - SyllableBase) < SyllableCount && (first - SyllableBase) % TrailCount == 0 && second > TrailBase && second < TrailBase + TrailCount)
        {
            composed = first + second - TrailBase;
            return true;
        }

        return s_compositions.Value.TryGetValue((first, second), out composed);
    }

    private static byte[] ReadCombiningClasses()
    {
        var classes = new byte[0x110000];
        foreach ((int first, int last, string value) in UnicodeTables.ReadRanges("combining-class"))
        {
            classes.AsSpan(first, last - first + 1).Fill(byte.Parse(value, System.Globalization.CultureInfo.InvariantCulture));
        }

        return classes;
    }
}
