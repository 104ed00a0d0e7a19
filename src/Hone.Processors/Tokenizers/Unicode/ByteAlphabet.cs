namespace Hone.Processors.Tokenizers.Unicode;

/// <summary>The 256 printable characters that byte-level tokenizers write for bytes.</summary>
/// <remarks>Source: GPT-2's encoder, <c>bytes_to_unicode</c>: printable Latin-1 characters stand for themselves, the other bytes for U+0100 onwards.</remarks>
internal static class ByteAlphabet
{
    private const int Span = 0x144;
    private static readonly char[] s_characters = MakeCharacters();
    private static readonly short[] s_bytes = MakeBytes();

    /// <summary>The character of a byte.</summary>
    public static char CharacterOf(byte value) => s_characters[value];

    /// <summary>The byte of a character.</summary>
    public static bool TryByteOf(char character, out byte value)
    {
        int found = character < Span ? s_bytes[character] : -1;
        value = (byte)found;
        return found >= 0;
    }

    private static char[] MakeCharacters()
    {
        var characters = new char[256];
        int beyond = 0;
        for (int b = 0; b < 256; b++)
        {
            bool printable = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[b] = (char)(printable ? b : 0x100 + beyond++);
        }

        return characters;
    }

    private static short[] MakeBytes()
    {
        var bytes = new short[Span];
        Array.Fill<short>(bytes, -1);
        for (int b = 0; b < 256; b++)
        {
            bytes[s_characters[b]] = (short)b;
        }

        return bytes;
    }
}
