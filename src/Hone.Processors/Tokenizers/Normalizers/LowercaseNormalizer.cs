using System.Text;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Normalizers;

/// <summary>Lower case, code point by code point and without regard to language or place in the word.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    /// <inheritdoc/>
    public override void Normalize(AlignedText text) => Apply(text);

    /// <summary>Rewrites in place.</summary>
    public static void Apply(AlignedText text)
    {
        var changes = new List<CharChange>(text.Length);
        bool changed = false;
        foreach (Rune rune in text.Text.EnumerateRunes())
        {
            if (!rune.IsAscii && UnicodeTables.Lowercase.TryGetValue(rune.Value, out int[]? lower))
            {
                changed = true;
                for (int i = 0; i < lower.Length; i++)
                {
                    changes.Add(new CharChange(new Rune(lower[i]), i == 0 ? 0 : 1));
                }
            }
            else
            {
                Rune simple = Rune.ToLowerInvariant(rune);
                changed |= simple != rune;
                changes.Add(new CharChange(simple, 0));
            }
        }

        if (changed)
        {
            text.Transform(changes);
        }
    }
}
