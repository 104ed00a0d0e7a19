using System.Buffers.Binary;
using System.Text.Json;
using Hone.Processors.Tokenizers.Normalizers;

namespace Hone.Processors.Tokenizers.Formats;

/// <summary>Reads a <c>precompiled_charsmap</c>: the size of the trie in bytes, the trie, the replacements.</summary>
internal static class PrecompiledReader
{
    /// <summary>Reads it from Base64.</summary>
    public static CharacterMap Read(ConfigNode config)
    {
        if (config.Element.ValueKind != JsonValueKind.String || !config.Element.TryGetBytesFromBase64(out byte[]? bytes))
        {
            throw config.Misfit("a string in Base64");
        }

        return Read(bytes, config.Where);
    }

    /// <summary>Reads it from bytes.</summary>
    public static CharacterMap Read(ReadOnlySpan<byte> bytes, string where)
    {
        if (bytes.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(bytes) is uint size && (size > bytes.Length - sizeof(uint) || size % sizeof(uint) != 0 || size == 0))
        {
            throw new TokenizerFormatException(
                "A table of character replacements is cut off.", where, $"{bytes.Length} bytes", "If the file came from a download, fetch it again.");
        }

        int trieBytes = (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        var units = new uint[trieBytes / sizeof(uint)];
        for (int i = 0; i < units.Length; i++)
        {
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(sizeof(uint) * (i + 1))..]);
        }

        return new CharacterMap(units, bytes[(sizeof(uint) + trieBytes)..].ToArray());
    }
}
