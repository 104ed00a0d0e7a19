using System.Text;
using Hone.Processors.Patterns;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tokenizers.Bpe;

/// <summary>Learns a byte-level byte-pair vocabulary from texts. The same texts give the same vocabulary, in whatever order and on however many threads.</summary>
/// <remarks>
/// Starts with one token a byte and joins, again and again, the pair of neighbours that occurs most often within words; among equals the one with the
/// smaller ids. Source: Sennrich, Haddow and Birch, arXiv:1508.07909, algorithm 1; order of ids and ties as the trainer of Hugging Face <c>tokenizers</c>.
/// </remarks>
public sealed class BpeTrainer
{
    private const int ByteCount = 256;

    private readonly BpeTrainerOptions _options;
    private readonly WordCounts _counts;

    /// <summary>Begins with no texts.</summary>
    /// <exception cref="ArgumentException">The vocabulary cannot hold the bytes and special tokens, or a special token is empty or given twice.</exception>
    /// <exception cref="PatternSyntaxException">The expression is malformed.</exception>
    public BpeTrainer(BpeTrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Threads);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.VocabularySize, ByteCount + options.SpecialTokens.Length);
        if (options.SpecialTokens.Any(string.IsNullOrEmpty) || options.SpecialTokens.Distinct(StringComparer.Ordinal).Count() < options.SpecialTokens.Length)
        {
            throw new ArgumentException("Special tokens must be different and not empty.", nameof(options));
        }

        _options = options;
        _counts = new WordCounts(Pattern.Compile(options.Expression), options.Threads);
    }

    /// <summary>Counts the words of texts; may be called for one part of a corpus after the other.</summary>
    /// <param name="texts">Read once, as a stream.</param>
    /// <param name="cancellation">Ends the work between batches of texts.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public void Add(IEnumerable<string> texts, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        _counts.Add(texts, cancellation);
    }

    /// <summary>Learns the vocabulary from the words counted so far.</summary>
    /// <param name="cancellation">Ends the work between two merges.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public TrainedBpe Train(CancellationToken cancellation = default)
    {
        var tokens = new List<string>(_options.SpecialTokens);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string special in tokens)
        {
            ids.Add(special, ids.Count);
        }

        int[] byteIds = AddBytes(tokens, ids);
        var pairs = new PairCounts(_counts.Sum().Select(entry => (Encoding.UTF8.GetBytes(entry.Word).Select(value => byteIds[value]).ToArray(), entry.Count)));
        var merges = new List<(string Left, string Right)>();
        while (tokens.Count < _options.VocabularySize && pairs.TryTakeMostFrequent(Math.Max(1, _options.MinFrequency), out int left, out int right))
        {
            cancellation.ThrowIfCancellationRequested();
            string joined = tokens[left] + tokens[right];
            if (!ids.TryGetValue(joined, out int id))
            {
                id = tokens.Count;
                ids.Add(joined, id);
                tokens.Add(joined);
            }

            merges.Add((tokens[left], tokens[right]));
            pairs.Merge(left, right, id);
        }

        return new TrainedBpe(tokens, merges, _options);
    }

    // In the order of their characters, as the reference does. A special token that is one byte's character serves for both.
    private static int[] AddBytes(List<string> tokens, Dictionary<string, int> ids)
    {
        var byteIds = new int[ByteCount];
        foreach (byte value in Enumerable.Range(0, ByteCount).Select(value => (byte)value).OrderBy(ByteAlphabet.CharacterOf))
        {
            string token = ByteAlphabet.CharacterOf(value).ToString();
            if (!ids.TryGetValue(token, out int id))
            {
                id = tokens.Count;
                ids.Add(token, id);
                tokens.Add(token);
            }

            byteIds[value] = id;
        }

        return byteIds;
    }
}
