using System.Runtime.CompilerServices;

namespace Hone.Processors.Tokenizers.Bpe;

/// <summary>A byte-level vocabulary with its merges, prepared for encoding without looking at a merge twice.</summary>
/// <remarks>
/// <para>Byte-pair encoding has a local test: a sequence of tokens is the encoding of its text exactly if every two neighbours are the encoding of theirs.
/// (Merges inside a pair's text happen in the whole text in the same order as alone, as long as none crosses its borders; so the first merge that crossed a
/// border between two tokens would also happen in their pair alone.) Encoding is then a search for a sequence of matching neighbours, and any found is the one.</para>
/// <para>The test of a pair undoes merges from the last to the first along the border, and looks for a rule across it that would have come earlier. It needs
/// tokens that are built of merges with ascending ranks, as training makes them. Vocabularies converted from tiktoken's files hold a few others
/// (107 in Llama 3.1's), whose pairs are tested by merging.</para>
/// <para>Source: Antonov et al., "Fast Byte-Pair Encoding in linear time" (GitHub, rust-gems/bpe, 2024), for the test by undoing; proved here for any ranks.</para>
/// </remarks>
internal sealed class BpeTables
{
    // Above this share of tokens whose pairs must be tested by merging, merging the whole word is faster.
    private const double MaxOddShare = 0.05;

    /// <summary>Longest token, in bytes.</summary>
    public const int MaxBytes = ushort.MaxValue >> 1;

    private const ushort OddBit = 1 << 15;

    private readonly Build[] _builds;
    private readonly ushort[] _lengths; // and the bit of odd tokens
    private readonly int[] _byteIds = new int[256];

    /// <summary>Prepares a vocabulary.</summary>
    /// <param name="tokens">Every token's bytes, none longer than <see cref="MaxBytes"/>.</param>
    /// <param name="ids">Every token's id, below 2^28.</param>
    /// <param name="rules">Merges between these tokens; the result's bytes are the parts' joined.</param>
    /// <param name="maxOddShare">The share of odd tokens from which on <see cref="IsSearchable"/> is false.</param>
    public BpeTables(ByteStrings tokens, ReadOnlySpan<int> ids, ReadOnlySpan<MergeRule> rules, double maxOddShare = MaxOddShare)
    {
        int idLimit = 0;
        foreach (int id in ids)
        {
            idLimit = Math.Max(idLimit, id + 1);
        }

        _builds = new Build[idLimit];
        _lengths = new ushort[idLimit];
        Array.Fill(_builds, Build.Unknown);
        Array.Fill(_byteIds, -1);
        for (int i = 0; i < tokens.Count; i++)
        {
            int id = ids[i];
            ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens[i].Length, MaxBytes);
            _lengths[id] = (ushort)tokens[i].Length;
            if (tokens[i] is [byte only])
            {
                _byteIds[only] = id;
                _builds[id] = _builds[id] with { Rank = Build.Byte };
            }
        }

        Pairs = new PairTable(rules);
        FindBuilds(tokens, ids, rules);
        OddCount = _lengths.Count(length => (length & OddBit) != 0);
        IsSearchable = OddCount <= maxOddShare * tokens.Count;
        Trie = BuildTrie(tokens, ids);
    }

    /// <summary>Whether searching for matching neighbours pays.</summary>
    public bool IsSearchable { get; }

    /// <summary>Number of reachable tokens that are not built of merges with ascending ranks.</summary>
    public int OddCount { get; }

    /// <summary>The merges.</summary>
    public PairTable Pairs { get; }

    /// <summary>All tokens; the value is <c>2·id</c>, plus 1 for a token that merges lead to.</summary>
    public ByteTrie Trie { get; }

    /// <summary>Id of the token of a single byte, or −1.</summary>
    public int IdOfByte(byte value) => _byteIds[value];

    /// <summary>Number of bytes of a token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int LengthOf(int id) => _lengths[id] & ~OddBit;

    /// <summary>The longest reachable token that is a proper beginning of a reachable token, or −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int PrefixOf(int id) => _builds[id].Prefix;

    /// <summary>Whether a token is not built of merges with ascending ranks: its pairs must be tested by merging.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsOdd(int id) => (_lengths[id] & OddBit) != 0;

    /// <summary>Whether the encoding of two reachable tokens' joined bytes is the two tokens. Neither may be odd.</summary>
    public bool AreNeighbours(int left, int right) => Pairs.RankOf(left, right) == PairTable.None && AreNeighboursBelow(left, right);

    // The same, but for a rule that joins the two tokens themselves.
    private bool AreNeighboursBelow(int left, int right)
    {
        Build[] builds = _builds;
        while (true)
        {
            // Undo the later of the two last merges. Of two equal ones the left comes first. Across the border a rule of lower rank would have come
            // before it; one of the same rank as the right token's, being further left, too.
            int limit;
            if (builds[left].Rank > builds[right].Rank)
            {
                limit = builds[left].Rank;
                left = builds[left].Right;
            }
            else
            {
                if (builds[right].Rank < 0)
                {
                    return true; // both are single bytes
                }

                limit = builds[right].Rank + 1;
                right = builds[right].Left;
            }

            if (Pairs.RankOf(left, right) < limit)
            {
                return false;
            }
        }
    }

    // From short tokens to long ones: the one rule by which each arises, if any does.
    private void FindBuilds(ByteStrings tokens, ReadOnlySpan<int> ids, ReadOnlySpan<MergeRule> rules)
    {
        int[]? indices = null;
        MergeQueue? queue = null;
        foreach (int index in ByLength(rules))
        {
            MergeRule rule = rules[index];
            if (_builds[rule.Result].IsReachable || !_builds[rule.Left].IsReachable || !_builds[rule.Right].IsReachable)
            {
                continue;
            }

            bool isOdd = IsOdd(rule.Left) || IsOdd(rule.Right), arises;
            if (isOdd)
            {
                indices ??= IndicesById(ids);
                queue ??= new MergeQueue(this);
                ReadOnlySpan<byte> bytes = tokens[indices[rule.Result]];
                arises = queue.Encode(bytes, new int[bytes.Length]) == 1;
            }
            else
            {
                arises = Pairs.RankOf(rule.Left, rule.Right) == rule.Rank && AreNeighboursBelow(rule.Left, rule.Right);
            }

            if (arises)
            {
                isOdd |= _builds[rule.Left].Rank > rule.Rank || _builds[rule.Right].Rank > rule.Rank;
                _builds[rule.Result] = new Build(rule.Rank, rule.Left, rule.Right, -1);
                _lengths[rule.Result] |= isOdd ? OddBit : (ushort)0;
            }
        }
    }

    // A counting sort.
    private int[] ByLength(ReadOnlySpan<MergeRule> rules)
    {
        var starts = new int[MaxBytes + 2];
        foreach (MergeRule rule in rules)
        {
            starts[LengthOf(rule.Result) + 1]++;
        }

        for (int i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        var order = new int[rules.Length];
        for (int i = 0; i < rules.Length; i++)
        {
            order[starts[LengthOf(rules[i].Result)]++] = i;
        }

        return order;
    }

    private int[] IndicesById(ReadOnlySpan<int> ids)
    {
        var indices = new int[_builds.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            indices[ids[i]] = i;
        }

        return indices;
    }

    private ByteTrie BuildTrie(ByteStrings tokens, ReadOnlySpan<int> ids)
    {
        int[] order = tokens.Sort();
        var values = new int[ids.Length];

        // In byte order the beginnings of a token lie before it: a stack holds those of the one at hand.
        var beginnings = new Stack<int>();
        foreach (int index in order)
        {
            while (beginnings.TryPeek(out int top) && !tokens[index].StartsWith(tokens[top]))
            {
                beginnings.Pop();
            }

            int id = ids[index];
            values[index] = 2 * id;
            if (_builds[id].IsReachable)
            {
                values[index]++;
                _builds[id] = _builds[id] with { Prefix = beginnings.TryPeek(out int nearest) ? ids[nearest] : -1 };
                beginnings.Push(index);
            }
        }

        return new ByteTrie(tokens, order, values);
    }

    /// <summary>How a token arises: from a rule's two parts, or as a byte. Unreachable tokens arise from nothing.</summary>
    private readonly record struct Build(int Rank, int Left, int Right, int Prefix)
    {
        public const int Byte = -1;

        public static Build Unknown => new(-2, -1, -1, -1);

        public bool IsReachable => Rank >= Byte;
    }
}
