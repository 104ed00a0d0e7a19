using System.Text;
using Hone.Processors.Tokenizers.Normalizers;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.SentencePiece;

/// <summary>SentencePiece's normalization: character replacements, white space, the marker U+2581.</summary>
/// <remarks>Source: Kudo and Richardson, "SentencePiece", arXiv:1808.06226, section 3; <c>normalizer.cc</c>.</remarks>
internal sealed class SentencePieceNormalizer(SentencePieceSettings settings, TokenTrie? userDefined) : Normalizer
{
    /// <summary>The marker of a space.</summary>
    public const char Marker = '\u2581';

    // Entries of a character map are at most this long; SentencePiece's own longest is 18 bytes.
    private const int LongestEntryBytes = 128;

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        var space = new Rune(settings.EscapeWhitespaces ? Marker : ' ');
        var changes = new List<CharChange>(text.Length + 1);
        int removedFirst = 0;
        bool afterSpace = settings.RemoveExtraWhitespaces;
        for (int at = 0; at < text.Length;)
        {
            int length = Next(text.Text[at..], out string? replacement);
            ReadOnlySpan<char> part = replacement ?? text.Text.Slice(at, length);
            int consumed = CodePoint.Count(text.Text.Slice(at, length));
            at += length;
            part = afterSpace ? part.TrimStart(' ') : part;
            Append(part, consumed, space, changes, ref removedFirst);
            afterSpace = settings.RemoveExtraWhitespaces && (part.Length == 0 ? afterSpace : part[^1] == ' ');
        }

        if (settings.RemoveExtraWhitespaces)
        {
            int kept = changes.FindLastIndex(change => change.Rune != space) + 1;
            changes.RemoveRange(kept, changes.Count - kept);
        }

        else if (settings.AddDummyPrefix && changes.Count == 0 && text.Length > 0)
        {
            text.Transform([new CharChange(space, 1 - CodePoint.Count(text.Text))]);  // nothing is left but the added space
            return;
        }

        text.Transform(changes, removedFirst);
        if (settings.AddDummyPrefix && settings.TreatWhitespaceAsSuffix)
        {
            text.Append(space.ToString());
        }
        else if (settings.AddDummyPrefix)
        {
            text.Prepend(space.ToString());
        }
    }

    /// <summary>Writes what the consumed code points become; the first replaces them all, unless they correspond one to one.</summary>
    private static void Append(ReadOnlySpan<char> part, int consumed, Rune space, List<CharChange> changes, ref int removedFirst)
    {
        bool oneToOne = CodePoint.Count(part) == consumed;
        bool first = true;
        foreach (Rune rune in part.EnumerateRunes())
        {
            int delta = oneToOne ? 0 : first ? 1 - consumed : 1;
            changes.Add(new CharChange(rune.Value == ' ' ? space : rune, delta));
            first = false;
        }

        if (first && changes.Count == 0)
        {
            removedFirst += consumed;
        }
        else if (first)
        {
            int last = changes.FindLastIndex(change => change.Delta <= 0);
            changes[last] = changes[last] with { Delta = changes[last].Delta - consumed };
        }
    }

    /// <summary>UTF-16 units that are replaced at once, and by what; null: by themselves.</summary>
    private int Next(ReadOnlySpan<char> text, out string? replacement)
    {
        replacement = null;
        if (userDefined is not null && userDefined.Longest(text, out int length, out _))
        {
            return length;
        }

        if (settings.CharacterMap is CharacterMap map)
        {
            Span<byte> bytes = stackalloc byte[LongestEntryBytes];
            Encoding.UTF8.GetEncoder().Convert(text, bytes, flush: true, out _, out int count, out _);
            if (map.TryLongest(bytes[..count], out int matched, out string found))
            {
                replacement = found;
                return Encoding.UTF8.GetCharCount(bytes[..matched]);
            }
        }

        return CodePoint.LengthAt(text, 0);
    }
}
