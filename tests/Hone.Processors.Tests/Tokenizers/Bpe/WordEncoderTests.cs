using Hone.Core.Random;
using Hone.Processors.Tokenizers.Bpe;

namespace Hone.Processors.Tests.Tokenizers.Bpe;

public sealed unsafe class WordEncoderTests
{
    [Fact]
    public void Encode_OfTrainedVocabularies_EqualsMergingStepByStep()
    {
        int odd = Compare(100, RandomVocabulary.Trained);

        Assert.Equal(0, odd);
    }

    [Fact]
    public void Encode_OfConvertedVocabularies_EqualsMergingStepByStep()
    {
        int odd = Compare(200, RandomVocabulary.Converted);

        Assert.True(odd > 20, $"{odd} of 200 with odd tokens");
    }

    [Fact]
    public void Encode_OfShuffledVocabularies_EqualsMergingStepByStep()
    {
        int odd = Compare(100, RandomVocabulary.Shuffled);

        Assert.True(odd > 20, $"{odd} of 100 with odd tokens");
    }

    [Fact]
    public void Encode_WithoutSearch_EqualsMergingStepByStep()
    {
        RandomVocabulary vocabulary = RandomVocabulary.Shuffled(new RandomStream(4, "bpe"), "abc", 60);
        BpeTables tables = vocabulary.CreateTables(maxOddShare: 0);

        Assert.False(tables.IsSearchable);
        Assert.Equal(vocabulary.EncodePlainly("abcabccbaabbcc"u8), Encode(new WordEncoder(tables, ignoreMerges: false), "abcabccbaabbcc"u8));
    }

    [Fact]
    public void Encode_OfByteWithoutToken_LeavesItOut()
    {
        // Tokens a, b, ab; the x between a and b vanishes, and a and b are neighbours then.
        var vocabulary = new RandomVocabulary();
        vocabulary.Tokens.AddRange([("a"u8.ToArray(), 0), ("b"u8.ToArray(), 1), ("ab"u8.ToArray(), 2)]);
        vocabulary.Rules.Add(new MergeRule(0, 1, 0, 2));

        Assert.Equal([2], Encode(new WordEncoder(vocabulary.CreateTables(), ignoreMerges: false), "axb"u8));
        Assert.Equal([2, 2], Encode(new WordEncoder(vocabulary.CreateTables(), ignoreMerges: false), "abxab"u8));
    }

    [Fact]
    public void Encode_IgnoringMerges_TakesAWholeTokenThatNoMergeBuilds()
    {
        // aab: the first merge of aab is (a, b), so (aa, b) → aab is never reached.
        var vocabulary = new RandomVocabulary();
        vocabulary.Tokens.AddRange([("a"u8.ToArray(), 0), ("b"u8.ToArray(), 1), ("ab"u8.ToArray(), 2), ("aa"u8.ToArray(), 3), ("aab"u8.ToArray(), 4)]);
        vocabulary.Rules.AddRange([new MergeRule(0, 1, 0, 2), new MergeRule(0, 0, 1, 3), new MergeRule(3, 1, 2, 4)]);

        Assert.Equal([0, 2], Encode(new WordEncoder(vocabulary.CreateTables(), ignoreMerges: false), "aab"u8));
        Assert.Equal([4], Encode(new WordEncoder(vocabulary.CreateTables(), ignoreMerges: true), "aab"u8));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("abcde")]
    public void Encode_OfALongWord_EqualsMergingWithAQueue(string unit)
    {
        RandomVocabulary vocabulary = RandomVocabulary.Trained(new RandomStream(3, "bpe"), "abcde", 300);
        BpeTables tables = vocabulary.CreateTables();
        byte[] word = [.. Enumerable.Range(0, 200_000).Select(i => (byte)unit[i % unit.Length])];
        var expected = new int[word.Length];
        int count = new MergeQueue(tables).Encode(word, expected);

        Assert.Equal(expected[..count], Encode(new WordEncoder(tables, ignoreMerges: false), word));
    }

    private static int Compare(int vocabularies, Func<RandomStream, string, int, RandomVocabulary> create)
    {
        var random = new RandomStream(1, "bpe");
        int odd = 0;
        for (int i = 0; i < vocabularies; i++)
        {
            string letters = "abcd"[..(1 + random.NextInt32(4))];
            RandomVocabulary vocabulary = create(random, letters, 1 + random.NextInt32(60));
            BpeTables tables = vocabulary.CreateTables();
            odd += tables.OddCount > 0 ? 1 : 0;
            var encoder = new WordEncoder(tables, ignoreMerges: false);
            var queue = new MergeQueue(tables);
            for (int j = 0; j < 60; j++)
            {
                byte[] word = [.. Enumerable.Range(0, 1 + random.NextInt32(j < 50 ? 20 : 120)).Select(_ => (byte)letters[random.NextInt32(letters.Length)])];
                int[] expected = vocabulary.EncodePlainly(word);
                var merged = new int[word.Length];

                Assert.Equal(expected, Encode(encoder, word));
                Assert.Equal(expected, Encode(encoder, word)); // now from the cache
                Assert.Equal(expected, merged[..queue.Encode(word, merged)]);
            }
        }

        return odd;
    }

    private static int[] Encode(WordEncoder encoder, ReadOnlySpan<byte> word)
    {
        byte[] padded = [.. word, .. "garbage behind it"u8];
        var ids = new int[word.Length + WordCache.MaxTokens];
        fixed (byte* start = padded)
        fixed (int* output = ids)
        {
            return ids[..encoder.Encode(start, word.Length, output)];
        }
    }
}
