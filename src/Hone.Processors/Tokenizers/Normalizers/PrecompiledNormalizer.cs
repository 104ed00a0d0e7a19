using System.Globalization;
using System.Text;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Normalizers;

/// <summary>SentencePiece's compiled replacements, applied to grapheme clusters and, where these have no entry, to their code points.</summary>
/// <remarks>
/// A cluster of fewer than six bytes is replaced whole by the entry of its shortest prefix: odd, but what the reference does, and what models were
/// trained with. Source: <c>Precompiled</c> of Hugging Face <c>tokenizers</c>.
/// </remarks>
internal sealed class PrecompiledNormalizer(CharacterMap map) : Normalizer
{
    private const int LongClusterBytes = 6;

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        var changes = new List<CharChange>(text.Length);
        bool changed = false;
        ReadOnlySpan<char> rest = text.Text;
        while (rest.Length > 0)
        {
            int length = StringInfo.GetNextTextElementLength(rest);
            ReadOnlySpan<char> cluster = rest[..length];
            rest = rest[length..];
            if (Encoding.UTF8.GetByteCount(cluster) < LongClusterBytes && TryReplace(cluster, changes))
            {
                changed = true;
                continue;
            }

            for (int i = 0, size; i < cluster.Length; i += size)
            {
                size = CodePoint.LengthAt(cluster, i);
                if (TryReplace(cluster.Slice(i, size), changes))
                {
                    changed = true;
                }
                else
                {
                    changes.Add(new CharChange(CodePoint.At(cluster, i), 0));
                }
            }
        }

        if (changed)
        {
            text.Transform(changes);
        }
    }

    private bool TryReplace(ReadOnlySpan<char> part, List<CharChange> changes)
    {
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(LongClusterBytes)];
        int count = Encoding.UTF8.GetBytes(part, bytes);
        if (!map.TryShortest(bytes[..count], out string replacement))
        {
            return false;
        }

        foreach (Rune rune in replacement.EnumerateRunes())
        {
            changes.Add(new CharChange(rune, 0));
        }

        int difference = CodePoint.Count(replacement) - CodePoint.Count(part);
        for (int i = 0; i < difference; i++)
        {
            changes[^(i + 1)] = changes[^(i + 1)] with { Delta = 1 };
        }

        if (difference < 0 && changes.Count > 0)
        {
            changes[^1] = changes[^1] with { Delta = changes[^1].Delta + difference };
        }

        return true;
    }
}
