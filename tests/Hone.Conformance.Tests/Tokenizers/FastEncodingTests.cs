using System.Text;
using Hone.Core.Random;
using Hone.Processors.Tokenizers;

namespace Hone.Conformance.Tests.Tokenizers;

/// <summary>The fast way to ids beside the general pipeline, on texts made to break it.</summary>
public sealed class FastEncodingTests
{
    // Characters at which pre-tokenizers, normalizers and merges part ways.
    private const string Alphabet =
        "aAbeEinostTSrRdlLmvz''’   \t\r\n\n\u00A0\u3000\u2028\u0085.,!?-/_(\"$+<>|[]0123456789½Ⅷ٣éßſKÑǅʰªčЖжאبदी्中文かナ한각\u0301\u0323\u0903\u20DD\u200D\u00AD\u0000\uE000\uFFFD😀👍🏽𝒳𝟙𐐀\u0378▁Ġ";

    private static readonly string[] s_fragments =
        ["'ll", "'RE", " 'S", "\r\n", "    ", "HTTPServer's", "l’été", "ing", " the", "http://", "e\u0301", "\U00011DE3", "ﬁ", "İ", "<|im_end|>", "<s>", "</s>", "[SEP]", "<|", "#include", "aaaaaaaaaaaaaaaa", "中文分词测试", "0000"];

    public static TheoryData<string> Tokenizers => [.. TokenizerFixtures.Names("real", ".jsonl").Select(row => row.Data), .. TokenizerFixtures.Names("tiny", ".jsonl").Select(row => "tiny:" + row.Data)];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tokenizers))]
    public void EncodeIds_OfRandomTexts_EqualsTheGeneralPipeline(string name)
    {
        Tokenizer tokenizer = TokenizerFixtures.Load(name);
        var random = new RandomStream(7, "hostile");
        string[] added = [.. tokenizer.AddedTokens.Values.Select(token => token.Content)];
        var texts = new List<string>();
        for (int i = 0; i < 400; i++)
        {
            texts.Add(RandomText(random, 1 + random.NextInt32(i % 8 == 0 ? 300 : 40), added));
        }

        texts.AddRange([new string('a', 3000), new string(' ', 3000), string.Concat(Enumerable.Repeat("😀", 500)), "\uD800", "a\uDC00b", ""]);

        foreach (string text in texts)
        {
            foreach (bool special in (bool[])[true, false])
            {
                Assert.True(tokenizer.Encode(text, special).Ids.AsSpan().SequenceEqual(TokenizerFixtures.FastIds(tokenizer, text, special)), $"{name}: {Escape(text)}");
            }
        }

        int[][] batch = tokenizer.EncodeIdsBatch(texts, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(texts.Select(text => tokenizer.EncodeIds(text)), batch);
    }

    private static string RandomText(RandomStream random, int length, string[] added)
    {
        Rune[] runes = [.. Alphabet.EnumerateRunes()];
        var text = new StringBuilder();
        for (; length > 0; length--)
        {
            text.Append(random.NextInt32(24) switch
            {
                0 when added.Length > 0 => added[random.NextInt32(added.Length)],
                <= 2 => s_fragments[random.NextInt32(s_fragments.Length)],
                _ => runes[random.NextInt32(runes.Length)].ToString(),
            });
        }

        return text.ToString();
    }

    private static string Escape(string text) => string.Concat(text.Select(unit => unit is > ' ' and < '\u007F' ? unit.ToString() : $"\\u{(int)unit:X4}"));
}
