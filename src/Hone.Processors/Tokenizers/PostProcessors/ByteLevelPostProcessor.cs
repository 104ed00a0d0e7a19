using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.PostProcessors;

/// <summary>Takes the white space at both ends of byte-level tokens out of their offsets.</summary>
internal sealed class ByteLevelPostProcessor(bool trimOffsets, bool addPrefixSpace) : PostProcessor
{
    /// <inheritdoc/>
    public override int AddedTokens(bool isPair) => 0;

    /// <inheritdoc/>
    public override List<EncodedSequence> Process(List<EncodedSequence> encodings, bool addSpecialTokens)
    {
        for (int i = 0; i < encodings.Count; i++)
        {
            if (trimOffsets)
            {
                TrimAll(encodings[i], addPrefixSpace);
            }

            encodings[i].SetSequence(i);
        }

        return encodings;
    }

    /// <summary>Trims the offsets of an encoding and of its overflowing windows.</summary>
    public static void TrimAll(EncodedSequence encoding, bool addPrefixSpace)
    {
        Trim(encoding, addPrefixSpace);
        foreach (EncodedSequence window in encoding.Overflowing)
        {
            Trim(window, addPrefixSpace);
        }
    }

    private static void Trim(EncodedSequence encoding, bool addPrefixSpace)
    {
        for (int i = 0; i < encoding.Length; i++)
        {
            string token = encoding.Tokens[i];
            (int start, int end) = (encoding.Offsets[i].Start, encoding.Offsets[i].End);
            int leading = 0;
            while (leading < token.Length && IsSpace(token[leading]))
            {
                leading++;
            }

            int trailing = 0;
            while (trailing < token.Length && IsSpace(token[token.Length - 1 - trailing]))
            {
                trailing++;
            }

            if (leading > 0)
            {
                // A single leading space at the beginning is the one that the pre-tokenizer added: the offsets do not hold it.
                bool added = addPrefixSpace && leading == 1 && (i == 0 || start == 0);
                start = Math.Min(start + (added ? 0 : leading), end);
            }

            if (trailing > 0 && end >= trailing)
            {
                end = Math.Max(end - trailing, start);
            }

            encoding.Offsets[i] = new TokenOffset(start, end);
        }
    }

    private static bool IsSpace(char c) => c == ByteAlphabet.CharacterOf((byte)' ') || char.IsWhiteSpace(c);
}
