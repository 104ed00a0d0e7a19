using System.Runtime.InteropServices;

namespace Hone.Processors.Tokenizers.Bpe;

/// <summary>Counts of neighbouring tokens in a set of words, kept up to date while pairs are merged.</summary>
/// <remarks>Only the words that hold a pair are touched when it is merged; a heap whose entries are brought up to date when they come up gives the next pair.</remarks>
internal sealed class PairCounts
{
    private readonly List<Word> _words = [];
    private readonly Dictionary<(int Left, int Right), Pair> _pairs = [];
    private readonly PriorityQueue<(int Left, int Right), Priority> _queue = new();

    /// <summary>Counts the pairs of words.</summary>
    public PairCounts(IEnumerable<(int[] Tokens, long Count)> words)
    {
        foreach ((int[] tokens, long count) in words)
        {
            for (int i = 0; i + 1 < tokens.Length; i++)
            {
                Change(tokens[i], tokens[i + 1], count, _words.Count);
            }

            _words.Add(new Word(tokens, tokens.Length, count));
        }

        foreach (((int Left, int Right) pair, Pair value) in _pairs)
        {
            _queue.Enqueue(pair, new Priority(value.Count, pair));
        }
    }

    /// <summary>Takes the pair with the highest count out; of equal ones that with the smaller ids.</summary>
    /// <returns>Whether there is one that occurs at least <paramref name="minimum"/> times.</returns>
    public bool TryTakeMostFrequent(long minimum, out int left, out int right)
    {
        while (_queue.TryDequeue(out (int Left, int Right) pair, out Priority priority))
        {
            long count = _pairs[pair].Count;
            if (count != priority.Count)
            {
                _queue.Enqueue(pair, new Priority(count, pair));
                continue;
            }

            if (count < minimum)
            {
                break;
            }

            (left, right) = pair;
            return true;
        }

        (left, right) = (0, 0);
        return false;
    }

    /// <summary>Joins a pair wherever it occurs, from left to right.</summary>
    public void Merge(int left, int right, int joined)
    {
        var grown = new HashSet<(int Left, int Right)>();
        Span<Word> words = CollectionsMarshal.AsSpan(_words);

        // A word may be listed twice; the second time it holds no such pair any more. The list itself grows only for other pairs.
        foreach (int index in _pairs[(left, right)].Words.ToArray())
        {
            MergeIn(ref words[index], index, left, right, joined, grown);
        }

        foreach ((int Left, int Right) pair in grown)
        {
            _queue.Enqueue(pair, new Priority(_pairs[pair].Count, pair));
        }
    }

    private void MergeIn(ref Word word, int index, int left, int right, int joined, HashSet<(int Left, int Right)> grown)
    {
        int[] tokens = word.Tokens;
        int kept = 0;
        for (int i = 0; i < word.Length; i++, kept++)
        {
            tokens[kept] = tokens[i];
            if (tokens[i] != left || i + 1 == word.Length || tokens[i + 1] != right)
            {
                continue;
            }

            Change(left, right, -word.Count, index);
            if (kept > 0)
            {
                Change(tokens[kept - 1], left, -word.Count, index);
                Grow(tokens[kept - 1], joined, word.Count, index, grown);
            }

            i++;
            if (i + 1 < word.Length)
            {
                Change(right, tokens[i + 1], -word.Count, index);
                Grow(joined, tokens[i + 1], word.Count, index, grown);
            }

            tokens[kept] = joined;
        }

        word = word with { Length = kept };
    }

    private void Grow(int left, int right, long count, int word, HashSet<(int Left, int Right)> grown)
    {
        Change(left, right, count, word);
        grown.Add((left, right));
    }

    private void Change(int left, int right, long count, int word)
    {
        ref Pair? pair = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs, (left, right), out _);
        pair ??= new Pair();
        pair.Count += count;
        if (count > 0 && (pair.Words.Count == 0 || pair.Words[^1] != word))
        {
            pair.Words.Add(word);
        }
    }

    private sealed class Pair
    {
        public long Count { get; set; }

        public List<int> Words { get; } = [];
    }

    private readonly record struct Word(int[] Tokens, int Length, long Count);

    private readonly record struct Priority(long Count, (int Left, int Right) Pair) : IComparable<Priority>
    {
        public int CompareTo(Priority other) => Count != other.Count ? other.Count.CompareTo(Count) : Pair.CompareTo(other.Pair);
    }
}
