using System.Text;

namespace Hone.Processors.Tokenizers.Normalizers;

/// <summary>A compiled table of replacements: a double-array trie over UTF-8 bytes and the replacements, each ended by a zero byte.</summary>
/// <remarks>Source: SentencePiece's <c>precompiled_charsmap</c> (<c>normalizer.cc</c>) and the unit layout of darts-clone.</remarks>
internal sealed class CharacterMap(uint[] units, byte[] replacements)
{
    private const uint HasLeafBit = 1u << 8;
    private const uint LeafBit = 1u << 31;

    /// <summary>Looks up the shortest entry that the bytes begin with.</summary>
    /// <param name="bytes">UTF-8.</param>
    /// <param name="replacement">Its replacement.</param>
    public bool TryShortest(ReadOnlySpan<byte> bytes, out string replacement)
    {
        foreach ((_, int value) in Prefixes(bytes))
        {
            replacement = Replacement(value);
            return true;
        }

        replacement = "";
        return false;
    }

    /// <summary>Looks up the longest entry that the bytes begin with.</summary>
    /// <param name="bytes">UTF-8.</param>
    /// <param name="length">Bytes of the entry.</param>
    /// <param name="replacement">Its replacement.</param>
    public bool TryLongest(ReadOnlySpan<byte> bytes, out int length, out string replacement)
    {
        (length, replacement) = (0, "");
        List<(int Length, int Value)> found = Prefixes(bytes);
        if (found.Count == 0)
        {
            return false;
        }

        length = found[^1].Length;
        replacement = Replacement(found[^1].Value);
        return true;
    }

    private static uint OffsetOf(uint unit) => (unit >> 10) << (int)((unit & (1u << 9)) >> 6);

    private static uint LabelOf(uint unit) => unit & (LeafBit | 0xFF);

    private List<(int Length, int Value)> Prefixes(ReadOnlySpan<byte> bytes)
    {
        var found = new List<(int Length, int Value)>();
        uint node = 0;
        uint unit = units[0];
        node ^= OffsetOf(unit);
        for (int i = 0; i < bytes.Length && bytes[i] != 0; i++)
        {
            node ^= bytes[i];
            if (node >= units.Length || LabelOf(units[node]) != bytes[i])
            {
                break;
            }

            unit = units[node];
            node ^= OffsetOf(unit);
            if ((unit & HasLeafBit) != 0 && node < units.Length)
            {
                found.Add((i + 1, (int)(units[node] & ~LeafBit)));
            }
        }

        return found;
    }

    private string Replacement(int start)
    {
        if (start >= replacements.Length)
        {
            return "";
        }

        ReadOnlySpan<byte> rest = replacements.AsSpan(start);
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}
