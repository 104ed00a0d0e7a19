using System.Text.Json;
using Hone.Processors.Tokenizers;

namespace Hone.Conformance.Tests.Tokenizers;

/// <summary>Small tokenizers that between them use every option: single texts and pairs.</summary>
[ReadsFixture("tokenizers/tiny")]
public sealed class TinyTokenizerTests
{
    public static TheoryData<string> Tokenizers => TokenizerFixtures.Names("tiny", ".jsonl");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tokenizers))]
    public void EncodeAndDecode_TextsAndPairs_EqualTheLibrary(string name)
    {
        Tokenizer tokenizer = TokenizerFixtures.Load("tiny:" + name);
        var differences = new DifferenceList();
        foreach (JsonElement row in TokenizerFixtures.Lines("tiny", name + ".jsonl"))
        {
            if (row.TryGetProperty("pair", out JsonElement pair))
            {
                CheckPair(tokenizer, pair, row, differences);
            }
            else
            {
                CheckText(tokenizer, row, differences);
            }
        }

        differences.AssertNone();
    }

    private static void CheckText(Tokenizer tokenizer, JsonElement row, DifferenceList differences)
    {
        string text = row.TryGetProperty("id", out JsonElement id) ? TokenizerFixtures.Texts[id.GetString()!] : row.GetProperty("text").GetString()!;
        int[] ids = TokenizerFixtures.Ints(row.GetProperty("ids"));
        TokenEncoding encoding = tokenizer.Encode(text);
        differences.Compare(text + ": ids", ids, encoding.Ids);
        differences.Compare(text + ": fast ids", ids, TokenizerFixtures.FastIds(tokenizer, text));
        differences.Compare(text + ": offsets", TokenizerFixtures.Offsets(row.GetProperty("off")), encoding.Offsets);
        differences.Compare(text + ": dec_skip", row.GetProperty("dec_skip").GetString()!, tokenizer.Decode(ids));
        differences.Compare(text + ": dec", row.GetProperty("dec").GetString()!, tokenizer.Decode(ids, skipSpecialTokens: false));
        int[] plain = row.TryGetProperty("ids_ns", out JsonElement without) ? TokenizerFixtures.Ints(without) : ids;
        differences.Compare(text + ": ids without special tokens", plain, tokenizer.Encode(text, addSpecialTokens: false).Ids);
    }

    private static void CheckPair(Tokenizer tokenizer, JsonElement pair, JsonElement row, DifferenceList differences)
    {
        string what = pair.ToString();
        TokenEncoding encoding = tokenizer.Encode(pair[0].GetString()!, pair[1].GetString()!, new EncodeOptions());
        differences.Compare(what + ": ids", TokenizerFixtures.Ints(row.GetProperty("ids")), encoding.Ids);
        differences.Compare(what + ": offsets", TokenizerFixtures.Offsets(row.GetProperty("off")), encoding.Offsets);
        differences.Compare(what + ": type ids", TokenizerFixtures.Ints(row.GetProperty("type_ids")), encoding.TypeIds);
        differences.Compare(what + ": special", TokenizerFixtures.Ints(row.GetProperty("special")), encoding.SpecialTokensMask.Select(mask => (int)mask));
        differences.Compare(what + ": sequences", NullableInts(row.GetProperty("seq")), encoding.Sequences);
        differences.Compare(what + ": words", NullableInts(row.GetProperty("words")), encoding.Words);
    }

    private static IEnumerable<int?> NullableInts(JsonElement array) => array.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Null ? (int?)null : item.GetInt32());
}
