using System.Numerics;

namespace Hone.Inference.Constraints;

/// <summary>The bytes of all tokens as a prefix tree, laid out in depth-first order so that a walk reads memory forward.</summary>
internal sealed class TokenTrie
{
    private const int SummarizedSize = 16; // subtrees of at least so many nodes know which bytes occur in them

    private readonly byte[] _label;
    private readonly int[] _depth;
    private readonly int[] _end;        // first node behind the subtree
    private readonly int[] _firstToken; // into _tokens; the next node's entry ends it
    private readonly int[] _tokens;
    private readonly int[] _summary;    // index into _summaries, or -1
    private readonly List<ByteSet> _summaries = [];

    /// <summary>Builds the tree.</summary>
    /// <param name="tokens">Bytes by token id; empty for tokens that stand for no text, which are left out.</param>
    public TokenTrie(IReadOnlyList<byte[]> tokens)
    {
        VocabularySize = tokens.Count;
        int[] order = [.. Enumerable.Range(0, tokens.Count).Where(id => tokens[id].Length > 0)];
        Array.Sort(order, (a, b) => tokens[a].AsSpan().SequenceCompareTo(tokens[b]) is var c and not 0 ? c : a.CompareTo(b));
        _tokens = order;
        var labels = new List<byte> { 0 };
        var depths = new List<int> { 0 };
        var first = new List<int> { 0 };
        ReadOnlySpan<byte> previous = [];
        for (int i = 0; i < order.Length; i++)
        {
            byte[] bytes = tokens[order[i]];
            MaxTokenBytes = Math.Max(MaxTokenBytes, bytes.Length);
            for (int depth = bytes.AsSpan().CommonPrefixLength(previous); depth < bytes.Length; depth++)
            {
                labels.Add(bytes[depth]);
                depths.Add(depth + 1);
                first.Add(i);
            }

            previous = bytes;
        }

        first.Add(order.Length);
        (_label, _depth, _firstToken) = ([.. labels], [.. depths], [.. first]);
        _end = FindEnds();
        _summary = new int[_label.Length];
        Summarize();
        foreach (int id in order)
        {
            if (tokens[id].Length == 1)
            {
                IsSingleByte[tokens[id][0]] = true;
            }
        }
    }

    /// <summary>Number of token ids.</summary>
    public int VocabularySize { get; }

    /// <summary>Length of the longest token.</summary>
    public int MaxTokenBytes { get; }

    /// <summary>For each byte whether a token consists of it alone.</summary>
    public bool[] IsSingleByte { get; } = new bool[256];

    /// <summary>Calls back for every token whose bytes an automaton can follow.</summary>
    /// <param name="automaton">The automaton.</param>
    /// <param name="state">Where it stands.</param>
    /// <param name="allow">Receives the tokens in no particular order.</param>
    public void Walk(GrammarAutomaton automaton, GrammarState state, Action<ReadOnlySpan<int>> allow)
    {
        var path = new GrammarState[MaxTokenBytes + 1];
        path[0] = state;
        for (int node = 1; node < _label.Length;)
        {
            GrammarState from = path[_depth[node] - 1];
            GrammarState? to = automaton.Advance(from, _label[node]);
            if (to is null)
            {
                node = _end[node];
                continue;
            }

            path[_depth[node]] = to;
            if (ReferenceEquals(to, from) && _summary[node] >= 0 && StaysWithin(automaton, to, _summaries[_summary[node]]))
            {
                allow(_tokens.AsSpan(_firstToken[node].._firstToken[_end[node]]));
                node = _end[node];
                continue;
            }

            if (IsToken(node))
            {
                allow(_tokens.AsSpan(_firstToken[node].._firstToken[node + 1]));
            }

            node++;
        }
    }

    /// <summary>Writes a text with the fewest tokens; of several ways the one with the longest first tokens.</summary>
    /// <returns><see langword="null"/> when the vocabulary cannot write it.</returns>
    public List<int>? Write(ReadOnlySpan<byte> text)
    {
        int[] fewest = new int[text.Length + 1], token = new int[text.Length], length = new int[text.Length];
        for (int at = text.Length - 1; at >= 0; at--)
        {
            fewest[at] = int.MaxValue;
            int node = 0;
            for (int i = at; i < text.Length && (node = Child(node, text[i])) > 0; i++)
            {
                if (IsToken(node) && fewest[i + 1] != int.MaxValue && fewest[i + 1] + 1 <= fewest[at])
                {
                    (fewest[at], token[at], length[at]) = (fewest[i + 1] + 1, _tokens[_firstToken[node]], i + 1 - at);
                }
            }
        }

        if (fewest[0] == int.MaxValue)
        {
            return null;
        }

        var tokens = new List<int>(fewest[0]);
        for (int at = 0; at < text.Length; at += length[at])
        {
            tokens.Add(token[at]);
        }

        return tokens;
    }

    private static bool StaysWithin(GrammarAutomaton automaton, GrammarState state, ByteSet bytes)
    {
        for (int value = bytes.Next(0); value >= 0; value = bytes.Next(value + 1))
        {
            if (!ReferenceEquals(automaton.Advance(state, (byte)value), state))
            {
                return false;
            }
        }

        return true;
    }

    // A node that ends no token begins at the same index as the node behind it.
    private bool IsToken(int node) => _firstToken[node + 1] > _firstToken[node];

    private int Child(int node, byte label)
    {
        for (int child = node + 1; child < _end[node]; child = _end[child])
        {
            if (_label[child] == label)
            {
                return child;
            }
        }

        return -1;
    }

    private int[] FindEnds()
    {
        int[] ends = new int[_label.Length];
        var open = new Stack<int>();
        for (int node = 0; node < _label.Length; node++)
        {
            while (open.Count > 0 && _depth[open.Peek()] >= _depth[node])
            {
                ends[open.Pop()] = node;
            }

            open.Push(node);
        }

        while (open.TryPop(out int node))
        {
            ends[node] = _label.Length;
        }

        return ends;
    }

    private void Summarize()
    {
        var sets = new ByteSet[_label.Length];
        for (int node = _label.Length - 1; node >= 0; node--)
        {
            ByteSet set = default;
            for (int child = node + 1; child < _end[node]; child = _end[child])
            {
                set = set.Union(sets[child]).With(_label[child]);
            }

            sets[node] = set;
            _summary[node] = _end[node] - node >= SummarizedSize ? _summaries.Count : -1;
            if (_summary[node] >= 0)
            {
                _summaries.Add(set);
            }
        }
    }

    /// <summary>A set of byte values.</summary>
    private readonly record struct ByteSet(ulong A, ulong B, ulong C, ulong D)
    {
        public ByteSet Union(ByteSet other) => new(A | other.A, B | other.B, C | other.C, D | other.D);

        public ByteSet With(byte value)
        {
            ulong bit = 1UL << (value & 63);
            return (value >> 6) switch
            {
                0 => this with { A = A | bit },
                1 => this with { B = B | bit },
                2 => this with { C = C | bit },
                _ => this with { D = D | bit },
            };
        }

        /// <summary>The lowest member from a value on, or −1.</summary>
        public int Next(int value)
        {
            for (int word = value >> 6; word < 4; word++, value = word << 6)
            {
                ulong bits = (word switch { 0 => A, 1 => B, 2 => C, _ => D }) & (ulong.MaxValue << (value & 63));
                if (bits != 0)
                {
                    return (word << 6) + BitOperations.TrailingZeroCount(bits);
                }
            }

            return -1;
        }
    }
}
