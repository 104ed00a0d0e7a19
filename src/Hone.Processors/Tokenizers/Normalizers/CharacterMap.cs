using System.Text;

namespace Hone.Processors.Tokenizers.Normalizers;

/// <summary>A compiled table of replacements: a double-array trie over UTF-8 bytes and the replacements, each ended by a zero byte.</summary>
/// <remarks>Source: SentencePiece's <c>precompiled_charsmap</c> (<c>normalizer.cc</c>) and the unit layout of darts-clone.</remarks>
internal sealed class CharacterMap(uint[] units, byte[] replacements)
{
    private const uint HasLeafBit = 1u << 8;
    private const uint LeafBit = 1u << 31;
    private const int LongestReplacementBytes = 1024;  // SentencePiece's own rules: 33

    /// <summary>Looks up the shortest entry that the bytes begin with.</summary>
    /// <param name="bytes">UTF-8.</param>
    /// <param name="replacement">Its replacement.</param>
    public bool TryShortest(ReadOnlySpan<byte> bytes, out string replacement)
    {
        int value = Find(bytes, longest: false, out _);
        replacement = value < 0 ? "" : Replacement(value);
        return value >= 0;
    }

    /// <summary>Looks up the longest entry that the bytes begin with.</summary>
    /// <param name="bytes">UTF-8.</param>
    /// <param name="length">Bytes of the entry.</param>
    /// <param name="replacement">Its replacement.</param>
    public bool TryLongest(ReadOnlySpan<byte> bytes, out int length, out string replacement)
    {
        int value = Find(bytes, longest: true, out length);
        replacement = value < 0 ? "" : Replacement(value);
        return value >= 0;
    }

    private static uint OffsetOf(uint unit) => (unit >> 10) << (int)((unit & (1u << 9)) >> 6);

    private static uint LabelOf(uint unit) => unit & (LeafBit | 0xFF);

    /// <summary>Where the replacement of an entry starts, or −1.</summary>
    private int Find(ReadOnlySpan<byte> bytes, bool longest, out int length)
    {
        length = 0;
        int value = -1;
        uint node = OffsetOf(units[0]);
        for (int i = 0; i < bytes.Length && bytes[i] != 0; i++)
        {
            node ^= bytes[i];
            if (node >= units.Length || LabelOf(units[node]) != bytes[i])
            {
                break;
            }

            uint unit = units[node];
            node ^= OffsetOf(unit);
            if ((unit & HasLeafBit) != 0 && node < units.Length)
            {
                (length, value) = (i + 1, (int)(units[node] & ~LeafBit));
                if (!longest)
                {
                    break;
                }
            }
        }

        return value;
    }

    private string Replacement(int start)
    {
        if (start >= replacements.Length)
        {
            return "";
        }

        ReadOnlySpan<byte> rest = replacements.AsSpan(start);
        rest = rest[..Math.Min(rest.Length, LongestReplacementBytes + 1)];
        int end = rest.IndexOf((byte)0);
        return end >= 0 || rest.Length <= LongestReplacementBytes
            ? Encoding.UTF8.GetString(end < 0 ? rest : rest[..end])
            : throw new TokenizerFormatException(
                "A character's replacement is too long.", "precompiled_charsmap", $"more than {LongestReplacementBytes} bytes", "If the file came from a download, fetch it again.");
    }
}
