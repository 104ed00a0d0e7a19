using Hone.Core.Random;
using Hone.Processors.Tokenizers.Bpe;

namespace Hone.Processors.Tests.Tokenizers.Bpe;

/// <summary>A made-up vocabulary over a few letters, and the plainest encoder for it.</summary>
internal sealed class RandomVocabulary
{
    public List<(byte[] Bytes, int Id)> Tokens { get; } = [];

    public List<MergeRule> Rules { get; } = [];

    /// <summary>Merges as training makes them: each joins two tokens that are there.</summary>
    public static RandomVocabulary Trained(RandomStream random, string letters, int merges)
    {
        var vocabulary = new RandomVocabulary();
        vocabulary.AddLetters(letters);
        for (int i = 0; i < merges; i++)
        {
            vocabulary.TryAddMerge(random.NextInt32(vocabulary.Tokens.Count), random.NextInt32(vocabulary.Tokens.Count));
        }

        return vocabulary;
    }

    /// <summary>Every way to put each token together is a rule, by the rank of the token: what converters make of tiktoken's files.</summary>
    public static RandomVocabulary Converted(RandomStream random, string letters, int merges)
    {
        RandomVocabulary trained = Trained(random, letters, merges), vocabulary = new();
        vocabulary.Tokens.AddRange(trained.Tokens);
        var ids = trained.Tokens.ToDictionary(token => Text(token.Bytes), token => token.Id);
        foreach ((byte[] bytes, int id) in trained.Tokens)
        {
            for (int cut = 1; cut < bytes.Length; cut++)
            {
                if (ids.TryGetValue(Text(bytes.AsSpan(0, cut)), out int left) && ids.TryGetValue(Text(bytes.AsSpan(cut)), out int right))
                {
                    vocabulary.Rules.Add(new MergeRule(left, right, vocabulary.Rules.Count, id));
                }
            }
        }

        return vocabulary;
    }

    /// <summary>The same rules in any order: nothing that training makes.</summary>
    public static RandomVocabulary Shuffled(RandomStream random, string letters, int merges)
    {
        RandomVocabulary vocabulary = Trained(random, letters, merges);
        int[] ranks = [.. Enumerable.Range(0, vocabulary.Rules.Count)];
        for (int i = ranks.Length - 1; i > 0; i--)
        {
            int j = random.NextInt32(i + 1);
            (ranks[i], ranks[j]) = (ranks[j], ranks[i]);
        }

        for (int i = 0; i < ranks.Length; i++)
        {
            vocabulary.Rules[i] = vocabulary.Rules[i] with { Rank = ranks[i] };
        }

        return vocabulary;
    }

    /// <summary>Tables that are searched however many tokens are odd.</summary>
    public BpeTables CreateTables(double maxOddShare = 1)
    {
        var strings = new ByteStrings();
        Tokens.ForEach(token => strings.Add(token.Bytes));
        return new BpeTables(strings, [.. Tokens.Select(token => token.Id)], Rules.ToArray(), maxOddShare);
    }

    /// <summary>Algorithm 1 of Sennrich et al., word for word.</summary>
    public int[] EncodePlainly(ReadOnlySpan<byte> word)
    {
        var pairs = Rules.ToDictionary(rule => (rule.Left, rule.Right));
        var ids = new List<int>();
        foreach (byte value in word)
        {
            int letter = Tokens.FindIndex(token => token.Bytes is [var only] && only == value);
            if (letter >= 0)
            {
                ids.Add(Tokens[letter].Id);
            }
        }

        while (true)
        {
            int best = -1;
            for (int i = 0; i + 1 < ids.Count; i++)
            {
                if (pairs.TryGetValue((ids[i], ids[i + 1]), out MergeRule rule) && (best < 0 || rule.Rank < pairs[(ids[best], ids[best + 1])].Rank))
                {
                    best = i;
                }
            }

            if (best < 0)
            {
                return [.. ids];
            }

            ids[best] = pairs[(ids[best], ids[best + 1])].Result;
            ids.RemoveAt(best + 1);
        }
    }

    private void AddLetters(string letters)
    {
        foreach (char letter in letters)
        {
            Tokens.Add(([(byte)letter], Tokens.Count));
        }
    }

    private void TryAddMerge(int left, int right)
    {
        byte[] bytes = [.. Tokens[left].Bytes, .. Tokens[right].Bytes];
        if (bytes.Length <= 24 && !Tokens.Exists(token => token.Bytes.AsSpan().SequenceEqual(bytes)))
        {
            Rules.Add(new MergeRule(Tokens[left].Id, Tokens[right].Id, Rules.Count, Tokens.Count));
            Tokens.Add((bytes, Tokens.Count));
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);
}
