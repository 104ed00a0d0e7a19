using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Processors.Tokenizers;

namespace Hone.Conformance.Tests.Tokenizers;

/// <summary>Single normalizers, pre-tokenizers and decoders against the library.</summary>
/// <remarks>Seen through a whole tokenizer: a Unigram model that knows nothing gives every piece back as one unknown token with its text and offsets.</remarks>
[ReadsFixture("tokenizers/normalizers")]
[ReadsFixture("tokenizers/pre_tokenizers")]
[ReadsFixture("tokenizers/decoders")]
public sealed class ComponentTests
{
    public static TheoryData<int> Normalizers => Rows("normalizers.jsonl");

    public static TheoryData<int> PreTokenizers => Rows("pre_tokenizers.jsonl");

    public static TheoryData<int> Decoders => Rows("decoders.jsonl");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Normalizers))]
    public void Normalizer_EveryText_EqualsTheLibrary(int row)
    {
        JsonElement fixture = TokenizerFixtures.Lines("normalizers.jsonl").ElementAt(row);
        Tokenizer tokenizer = Build("normalizer", fixture.GetProperty("config"));
        var differences = new DifferenceList();
        foreach (JsonElement item in fixture.GetProperty("cases").EnumerateArray())
        {
            string id = item[0].GetString()!;
            differences.Compare(id, item[1].GetString()!, string.Concat(tokenizer.Encode(TokenizerFixtures.Texts[id]).Tokens));
        }

        differences.AssertNone();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(PreTokenizers))]
    public void PreTokenizer_EveryText_EqualsTheLibrary(int row)
    {
        JsonElement fixture = TokenizerFixtures.Lines("pre_tokenizers.jsonl").ElementAt(row);
        Tokenizer tokenizer = Build("pre_tokenizer", fixture.GetProperty("config"));
        var differences = new DifferenceList();
        foreach (JsonElement item in fixture.GetProperty("cases").EnumerateArray())
        {
            string id = item[0].GetString()!;
            TokenEncoding encoding = tokenizer.Encode(TokenizerFixtures.Texts[id]);
            differences.Compare(
                id,
                item[1].EnumerateArray().Select(piece => (piece[0].GetString()!, new TokenOffset(piece[1].GetInt32(), piece[2].GetInt32()))),
                encoding.Tokens.Zip(encoding.Offsets));
        }

        differences.AssertNone();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Decoders))]
    public void Decoder_EveryTokens_EqualTheLibrary(int row)
    {
        JsonElement fixture = TokenizerFixtures.Lines("decoders.jsonl").ElementAt(row);
        string[][] tokens = [.. fixture.GetProperty("cases").EnumerateArray().Select(item => item[0].EnumerateArray().Select(token => token.GetString()!).ToArray())];
        string[] vocabulary = [.. tokens.SelectMany(sequence => sequence).Distinct()];
        var vocab = new JsonArray([.. vocabulary.Select(token => new JsonArray(token, 0.0))]);
        Tokenizer tokenizer = Build("decoder", fixture.GetProperty("config"), vocab.Count == 0 ? null : vocab);
        var differences = new DifferenceList();
        int number = 0;
        foreach (JsonElement item in fixture.GetProperty("cases").EnumerateArray())
        {
            int[] ids = [.. tokens[number++].Select(token => Array.IndexOf(vocabulary, token))];
            string decoded = tokenizer.Decode(ids, skipSpecialTokens: false);
            if (item[1].ValueKind != JsonValueKind.Null)
            {
                differences.Compare(item[0].ToString(), item[1].GetString()!, decoded);
            }
        }

        differences.AssertNone();
    }

    private static TheoryData<int> Rows(string file) =>
        File.Exists(Fixtures.At("tokenizers", file)) ? new TheoryData<int>(Enumerable.Range(0, File.ReadLines(Fixtures.At("tokenizers", file)).Count())) : [];

    private static Tokenizer Build(string part, JsonElement config, JsonArray? vocabulary = null)
    {
        var model = new JsonObject { ["type"] = "Unigram", ["unk_id"] = 0, ["vocab"] = vocabulary ?? new JsonArray(new JsonArray("\0unknown", 0.0)), ["byte_fallback"] = false };
        var json = new JsonObject { ["version"] = "1.0", [part] = JsonNode.Parse(config.GetRawText()), ["model"] = model };
        return TokenizerLoader.FromJson(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }
}
