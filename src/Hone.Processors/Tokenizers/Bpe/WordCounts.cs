using System.Runtime.InteropServices;
using Hone.Processors.Patterns;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Bpe;

/// <summary>How often each word of a corpus occurs. Counting is shared by threads; sums do not depend on who counted.</summary>
internal sealed class WordCounts(Pattern pattern, int threads)
{
    // Texts read ahead of the counting: bounds memory for a streamed corpus.
    private const int TextsPerBatch = 4096;

    private readonly Dictionary<string, long>[] _parts = [.. Enumerable.Range(0, threads).Select(_ => new Dictionary<string, long>(StringComparer.Ordinal))];

    /// <summary>Counts the words of texts, read one batch at a time.</summary>
    public void Add(IEnumerable<string> texts, CancellationToken cancellation)
    {
        foreach (string[] batch in texts.Chunk(TextsPerBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            int next = -1;
            Parallel.For(0, _parts.Length, new ParallelOptions { MaxDegreeOfParallelism = _parts.Length, CancellationToken = cancellation }, part =>
            {
                for (int i; (i = Interlocked.Increment(ref next)) < batch.Length;)
                {
                    Count(CodePoint.Sanitize(batch[i]), _parts[part]);
                }
            });
        }
    }

    /// <summary>All words with their counts, in ordinal order.</summary>
    public IReadOnlyList<(string Word, long Count)> Sum()
    {
        var sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach ((string word, long count) in _parts.SelectMany(part => part))
        {
            sums[word] = sums.GetValueOrDefault(word) + count;
        }

        return [.. sums.Select(entry => (entry.Key, entry.Value))];
    }

    private void Count(string text, Dictionary<string, long> counts)
    {
        Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        int done = 0;
        foreach (PatternMatch match in pattern.EnumerateMatches(text))
        {
            CountWord(lookup, text.AsSpan(done, match.Index - done));
            CountWord(lookup, text.AsSpan(match.Index, match.Length));
            done = match.End;
        }

        CountWord(lookup, text.AsSpan(done));
    }

    private static void CountWord(Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> lookup, ReadOnlySpan<char> word)
    {
        if (word.Length > 0)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(lookup, word, out _)++;
        }
    }
}
