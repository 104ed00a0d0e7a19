using System.Text;
using Hone.Processors.Tokenizers.Normalizers;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.SentencePiece;

/// <summary>SentencePiece's normalization: character replacements, white space, the marker U+2581.</summary>
/// <remarks>Source: Kudo and Richardson, "SentencePiece", arXiv:1808.06226, section 3; <c>normalizer.cc</c>.</remarks>
internal sealed class SentencePieceNormalizer(SentencePieceSettings settings, PrefixTable? userDefined) : Normalizer
{
    /// <summary>The marker of a space.</summary>
    public const char Marker = '\u2581';

    /// <inheritdoc/>
    public override void Normalize(AlignedText text)
    {
        var space = new Rune(settings.EscapeWhitespaces ? Marker : ' ');
        var changes = new List<CharChange>(text.Length + 1);
        int removedFirst = 0;
        bool afterSpace = settings.RemoveExtraWhitespaces;
        ReadOnlySpan<byte> bytes = settings.CharacterMap is null ? [] : Encoding.UTF8.GetBytes(text.ToString());
        for (int at = 0; at < text.Length;)
        {
            int length = Next(text.Text[at..], ref bytes, out string? replacement);
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
    /// <param name="text">The rest of the text.</param>
    /// <param name="bytes">The same in UTF-8, where there are replacements at all; moved on.</param>
    /// <param name="replacement">What comes in their place.</param>
    private int Next(ReadOnlySpan<char> text, ref ReadOnlySpan<byte> bytes, out string? replacement)
    {
        replacement = null;
        int length = 0;
        if (userDefined?.Longest(text, out length, out _) == true)
        {
            // The text of a user-defined piece stays as it is.
        }
        else if (settings.CharacterMap is CharacterMap map && map.TryLongest(bytes, out int matched, out string found))
        {
            replacement = found;
            length = Encoding.UTF8.GetCharCount(bytes[..matched]);
        }
        else
        {
            length = CodePoint.LengthAt(text, 0);
        }

        bytes = bytes.IsEmpty ? bytes : bytes[Encoding.UTF8.GetByteCount(text[..length])..];
        return length;
    }
}
