using System.Text;
using Hone.Core.Random;
using Hone.Processors.Patterns;
using Hone.Processors.Tokenizers;
using Hone.Processors.Tokenizers.Bpe;
using Hone.Processors.Tokenizers.Fast;
using Hone.Processors.Tokenizers.Unicode;

namespace Hone.Processors.Tests.Tokenizers.Bpe;

public sealed class BpeTrainerTests
{
    [Fact]
    public void Train_OfACorpusByHand_MergesTheMostFrequentPairFirst()
    {
        // Words: low x5, lower x2, newest x6, widest x3 (Sennrich et al., section 3.2), each alone in its text.
        // e-s and s-t occur 9 times; (e, s) has the smaller id. Then (es, t) 9 times; then l-o and o-w 7 times, of which (l, o) has the
        // smaller ids; then (lo, w) 7; then n-e, e-w, w-est 6: (e, w), then (n, ew), then (new, est).
        string[] corpus = [.. Enumerable.Repeat("low", 5), .. Enumerable.Repeat("lower", 2), .. Enumerable.Repeat("newest", 6), .. Enumerable.Repeat("widest", 3)];
        var trainer = new BpeTrainer(new BpeTrainerOptions { VocabularySize = 256 + 7 });

        trainer.Add(corpus);
        TrainedBpe trained = trainer.Train();

        Assert.Equal([("e", "s"), ("es", "t"), ("l", "o"), ("lo", "w"), ("e", "w"), ("n", "ew"), ("new", "est")], trained.Merges);
        Assert.Equal("newest", trained.Tokens[^1]);
    }

    [Fact]
    public void Train_GivesSpecialTokensTheFirstIds_AndBytesTheNext()
    {
        TrainedBpe trained = Train(new BpeTrainerOptions { VocabularySize = 258, SpecialTokens = ["<s>", "</s>"] }, "a");

        Assert.Equal(["<s>", "</s>", "!", "\""], trained.Tokens[..4]);
        Assert.Equal(258, trained.Tokens.Length);
    }

    [Fact]
    public void Train_EndsWhenNoPairIsFrequentEnough()
    {
        TrainedBpe trained = Train(new BpeTrainerOptions { VocabularySize = 1000, MinFrequency = 3 }, "ab ab ab", "cd");

        Assert.Equal([("a", "b"), ("Ġ", "ab")], Train(new BpeTrainerOptions { VocabularySize = 1000, MinFrequency = 2 }, "ab ab ab", "cd").Merges);
        Assert.Equal([("a", "b")], trained.Merges);
    }

    [Fact]
    public void Train_OfRandomCorpora_EqualsTheNaiveTrainer()
    {
        var random = new RandomStream(1, "trainer");
        for (int round = 0; round < 12; round++)
        {
            string[] corpus = RandomCorpus(random, letters: 2 + random.NextInt32(3));
            var options = new BpeTrainerOptions { VocabularySize = 256 + random.NextInt32(60), MinFrequency = 1 + random.NextInt32(3), Threads = 1 + (round % 3) };

            Assert.Equal(TrainNaively(corpus, options), Train(options, corpus).Merges);
        }
    }

    [Fact]
    public void Train_OnAnyNumberOfThreadsAndInParts_GivesOneResult()
    {
        string[] corpus = RandomCorpus(new RandomStream(2, "trainer"), letters: 4);
        var options = new BpeTrainerOptions { VocabularySize = 320, Expression = BpeTrainerOptions.Llama3Expression };
        byte[] expected = Train(options with { Threads = 1 }, corpus).ToJson();

        var parts = new BpeTrainer(options with { Threads = 4 });
        parts.Add(corpus.Reverse().Take(5));
        parts.Add(corpus.Reverse().Skip(5));

        Assert.Equal(expected, Train(options with { Threads = 3 }, corpus).ToJson());
        Assert.Equal(expected, parts.Train().ToJson());
    }

    [Fact]
    public void CreateTokenizer_EncodesAndDecodesWhatItWasTrainedOn()
    {
        string[] corpus = ["Größe und Straße, größer als die Größte!", "中文分词 中文分词", "  indented\n\n\tcode();", "emoji 😀😀 <s>"];
        foreach (string expression in (string[])[BpeTrainerOptions.Gpt2Expression, BpeTrainerOptions.Llama3Expression, @"\p{L}+|\s+"])
        {
            Tokenizer tokenizer = Train(new BpeTrainerOptions { VocabularySize = 300, SpecialTokens = ["<s>"], Expression = expression }, corpus).CreateTokenizer();
            foreach (string text in corpus)
            {
                int[] ids = tokenizer.EncodeIds(text);

                Assert.Equal(text, tokenizer.Decode(ids, skipSpecialTokens: false));
                Assert.Equal(tokenizer.Encode(text).Ids, ids);
                Assert.True(ids.Length < Encoding.UTF8.GetByteCount(text));
            }

            Assert.Equal([0], tokenizer.EncodeIds("<s>"));
            Assert.NotNull(IdEncoder.TryCreate(tokenizer));
        }
    }

    [Fact]
    public void Constructor_OfImpossibleOptions_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BpeTrainer(new BpeTrainerOptions { VocabularySize = 255 }));
        Assert.Throws<ArgumentException>(() => new BpeTrainer(new BpeTrainerOptions { SpecialTokens = ["<s>", "<s>"] }));
        Assert.Throws<PatternSyntaxException>(() => new BpeTrainer(new BpeTrainerOptions { Expression = "(" }));
    }

    private static TrainedBpe Train(BpeTrainerOptions options, params string[] corpus)
    {
        var trainer = new BpeTrainer(options);
        trainer.Add(corpus);
        return trainer.Train();
    }

    // Counts everything anew before each merge.
    private static List<(string Left, string Right)> TrainNaively(string[] corpus, BpeTrainerOptions options)
    {
        List<string> tokens = [.. Enumerable.Range(0, 256).Select(value => ByteAlphabet.CharacterOf((byte)value)).Order().Select(character => character.ToString())];
        var words = new List<List<string>>();
        foreach (string text in corpus)
        {
            foreach (PatternMatch match in Pattern.CompileGeneral(options.Expression).EnumerateMatches(text))
            {
                words.Add([.. Encoding.UTF8.GetBytes(text, match.Index, match.Length).Select(value => ByteAlphabet.CharacterOf(value).ToString())]);
            }
        }

        var merges = new List<(string Left, string Right)>();
        while (tokens.Count < options.VocabularySize)
        {
            var best = words.SelectMany(word => word.Zip(word.Skip(1)))
                .GroupBy(pair => pair)
                .OrderByDescending(group => group.Count()).ThenBy(group => tokens.IndexOf(group.Key.First)).ThenBy(group => tokens.IndexOf(group.Key.Second))
                .FirstOrDefault();
            if (best is null || best.Count() < options.MinFrequency)
            {
                break;
            }

            (string left, string right) = best.Key;
            merges.Add((left, right));
            if (!tokens.Contains(left + right))
            {
                tokens.Add(left + right);
            }

            foreach (List<string> word in words)
            {
                for (int i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] == left && word[i + 1] == right)
                    {
                        word[i] = left + right;
                        word.RemoveAt(i + 1);
                    }
                }
            }
        }

        return merges;
    }

    private static string[] RandomCorpus(RandomStream random, int letters) =>
        [.. Enumerable.Range(0, 12).Select(_ => string.Concat(Enumerable.Range(0, 30).Select(_ => random.NextInt32(5) == 0 ? ' ' : (char)('a' + random.NextInt32(letters)))))];
}
