using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hone.Processors.Tokenizers.Bpe;

/// <summary>Remembers the tokens of short words. One line of the processor's cache holds two words with up to four tokens each, and a word has one line.</summary>
internal sealed unsafe class WordCache
{
    /// <summary>Longest word that is remembered, in bytes.</summary>
    public const int MaxBytes = 15;

    /// <summary>Most tokens of a word that is remembered.</summary>
    public const int MaxTokens = 4;

    // The number of tokens stands above the first one's id.
    private const int CountShift = 28;
    private const int IdMask = (1 << CountShift) - 1;

    private const int LineBytes = 64;

    private readonly byte[] _memory; // pinned
    private readonly Entry* _lines;
    private readonly int _shift;

    /// <summary>Creates an empty cache.</summary>
    /// <param name="logLines">Binary logarithm of the number of lines of 64 bytes.</param>
    public WordCache(int logLines)
    {
        _memory = GC.AllocateArray<byte>((LineBytes << logLines) + LineBytes, pinned: true);
        nuint start = (nuint)Unsafe.AsPointer(ref _memory[0]);
        _lines = (Entry*)((start + LineBytes - 1) & ~(nuint)(LineBytes - 1));
        _shift = 64 - logLines;
    }

    /// <summary>Reads a word as a key: its bytes, zeros, and its length in the last byte.</summary>
    /// <param name="word">The word, with 16 bytes readable from its start.</param>
    /// <param name="length">1 to <see cref="MaxBytes"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> KeyOf(byte* word, int length)
    {
        Vector128<byte> kept = Vector128.LessThan(Vector128<byte>.Indices, Vector128.Create((byte)length));
        return (Vector128.Load(word) & kept).WithElement(MaxBytes, (byte)length);
    }

    /// <summary>Looks a word up.</summary>
    /// <param name="key">From <see cref="KeyOf"/>.</param>
    /// <param name="ids">Receives its tokens; <see cref="MaxTokens"/> places are written.</param>
    /// <returns>The number of tokens, 0 for an unknown word.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(Vector128<byte> key, int* ids)
    {
        Entry* line = LineOf(key);
        if (line[0].Key != key)
        {
            line++;
            if (line[0].Key != key)
            {
                return 0;
            }
        }

        Vector128<int> stored = line[0].Ids;
        int first = stored.ToScalar();
        stored.Store(ids);
        ids[0] = first & IdMask;
        return first >> CountShift;
    }

    /// <summary>Remembers a word, in place of the one asked for less recently of its line.</summary>
    public void Add(Vector128<byte> key, int* ids, int count)
    {
        Entry* line = LineOf(key);
        line[1] = line[0];
        line[0] = new Entry { Key = key, Ids = Vector128.Create(ids[0] | (count << CountShift), count > 1 ? ids[1] : 0, count > 2 ? ids[2] : 0, count > 3 ? ids[3] : 0) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Entry* LineOf(Vector128<byte> key)
    {
        Vector128<ulong> halves = key.AsUInt64();
        ulong hash = (halves.ToScalar() * 0x9E3779B97F4A7C15) ^ (halves.GetElement(1) * 0xC2B2AE3D27D4EB4F);
        hash = (hash ^ (hash >> 29)) * 0x9E3779B97F4A7C15;
        return _lines + (2 * (hash >> _shift));
    }

    private struct Entry
    {
        public Vector128<byte> Key;
        public Vector128<int> Ids;
    }
}
