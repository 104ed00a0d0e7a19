using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hone.Processors.Tokenizers.Bpe;

/// <summary>Encodes words of UTF-8 bytes to tokens. Holds working memory: for one thread at a time.</summary>
/// <param name="tables">The vocabulary.</param>
/// <param name="ignoreMerges">Whether a word that is a token is taken whole, even where no merge leads to it.</param>
internal sealed unsafe class WordEncoder(BpeTables tables, bool ignoreMerges)
{
    // 2^15 lines of 64 bytes: 2 MiB, a small part of the last-level cache; holds 65,536 words.
    private const int LogCacheLines = 15;

    // Answers about pairs that are kept: 512 KiB. An entry is left id, right id (28 bits each) and the answer.
    private const int LogPairs = 16;

    private readonly WordCache _cache = new(LogCacheLines);
    private readonly MergeQueue _queue = new(tables);
    private readonly ulong[] _pairs = NoPairs();
    private ulong[] _dead = new ulong[4];

    /// <summary>Appends the tokens of a word.</summary>
    /// <param name="word">The word, with 16 bytes readable from its start.</param>
    /// <param name="length">Number of bytes, at least 1.</param>
    /// <param name="ids">Receives the tokens; room for <paramref name="length"/> of them, at least 4.</param>
    /// <returns>The number of tokens.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Encode(byte* word, int length, int* ids)
    {
        if (length > WordCache.MaxBytes)
        {
            return EncodeUncached(word, length, ids);
        }

        Vector128<byte> key = WordCache.KeyOf(word, length);
        int count = _cache.Find(key, ids);
        return count > 0 ? count : EncodeAndRemember(word, length, key, ids);
    }

    private int EncodeAndRemember(byte* word, int length, Vector128<byte> key, int* ids)
    {
        int count = EncodeUncached(word, length, ids);
        if (count is > 0 and <= WordCache.MaxTokens)
        {
            _cache.Add(key, ids, count);
        }

        return count;
    }

    /// <summary>Encodes without the cache.</summary>
    internal int EncodeUncached(byte* word, int length, int* ids)
    {
        int token = LongestToken(word, length, out int whole);
        if (ignoreMerges && whole >= 0)
        {
            ids[0] = whole;
            return 1;
        }

        int count = tables.IsSearchable ? Search(word, length, token, ids) : -1;
        return count >= 0 ? count : _queue.Encode(new ReadOnlySpan<byte>(word, length), new Span<int>(ids, length));
    }

    // From the longest token on to shorter ones, each beside a fitting neighbour; a position from which nothing leads on is never entered again,
    // because the tokens before it are always the same.
    private int Search(byte* word, int length, int token, int* ids)
    {
        Span<ulong> dead = Dead(length);
        int count = 0, at = 0;
        while (true)
        {
            if (token < 0)
            {
                if (at == 0)
                {
                    return -1; // its first byte is no token
                }

                dead[at >> 6] |= 1UL << (at & 63);
                token = ids[--count];
                at -= tables.LengthOf(token);
                token = tables.PrefixOf(token);
                continue;
            }

            int end = at + tables.LengthOf(token);
            bool isDead = ((dead[end >> 6] >> (end & 63)) & 1) != 0;
            if (isDead || (count > 0 && !AreNeighbours(ids[count - 1], token, word, end)))
            {
                token = tables.PrefixOf(token);
                continue;
            }

            ids[count++] = token;
            at = end;
            if (at == length)
            {
                return count;
            }

            token = LongestToken(word + at, length - at, out _);
            if (token < 0)
            {
                return -1; // a byte without a token
            }
        }
    }

    // The tokens' bytes are those before the end.
    private bool AreNeighbours(int left, int right, byte* word, int end)
    {
        ulong key = ((ulong)(uint)left << 28) | (uint)right;
        ref ulong known = ref _pairs[(int)((key * 0x9E3779B97F4A7C15) >> (64 - LogPairs))];
        if (known >> 1 != key)
        {
            bool fits = tables.IsOdd(left) || tables.IsOdd(right) ? MergesTo(left, right, word, end) : tables.AreNeighbours(left, right);
            known = (key << 1) | (fits ? 1UL : 0);
        }

        return (known & 1) != 0;
    }

    private bool MergesTo(int left, int right, byte* word, int end)
    {
        int length = tables.LengthOf(left) + tables.LengthOf(right);
        int[] merged = new int[length];
        return _queue.Encode(new ReadOnlySpan<byte>(word + end - length, length), merged) == 2 && merged[0] == left && merged[1] == right;
    }

    private static ulong[] NoPairs()
    {
        var pairs = new ulong[1 << LogPairs];
        Array.Fill(pairs, ulong.MaxValue); // no key has 63 bits
        return pairs;
    }

    private Span<ulong> Dead(int length)
    {
        int words = (length >> 6) + 1;
        if (_dead.Length < words)
        {
            _dead = new ulong[Math.Max(words, 2 * _dead.Length)];
        }

        Span<ulong> dead = _dead.AsSpan(0, words);
        dead.Clear();
        return dead;
    }

    // The longest reachable token at the start, and the token of all the bytes, reachable or not.
    private int LongestToken(byte* word, int length, out int whole)
    {
        const int Reachable = 2; // marks are 1 for other tokens, 0 for none

        ByteTrie trie = tables.Trie;
        int state = ByteTrie.Root, last = ByteTrie.Root, at = 0, mark = 0;
        while (at < length && trie.TryStep(ref state, word[at], out int next))
        {
            at++;
            mark = next;
            last = mark == Reachable ? state : last;
        }

        whole = at == length && mark != 0 ? trie.ValueAt(state) >> 1 : -1;
        return trie.ValueAt(last) >> 1; // −1 at the root stays −1
    }
}
