using System.Text.Json;
using Hone.Processors.Tokenizers;

namespace Hone.Conformance.Tests.Tokenizers;

/// <summary>Tokenizers of real models against the library's ids, offsets and decoded texts.</summary>
[ReadsFixture("tokenizers/real")]
[ReadsFixture("tokenizers/texts")]
public sealed class RealTokenizerTests
{
    public static TheoryData<string> Tokenizers => TokenizerFixtures.Names("real", ".jsonl");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tokenizers))]
    public void EncodeAndDecode_EveryText_EqualTheLibrary(string name)
    {
        Tokenizer tokenizer = TokenizerFixtures.Load(name);
        var differences = new DifferenceList();
        foreach (JsonElement row in TokenizerFixtures.Lines("real", name + ".jsonl"))
        {
            Check(tokenizer, row, differences);
        }

        differences.AssertNone();
    }

    private static void Check(Tokenizer tokenizer, JsonElement row, DifferenceList differences)
    {
        string id = row.GetProperty("id").GetString()!;
        string text = TokenizerFixtures.Texts[id];
        int[] ids = TokenizerFixtures.Ints(row.GetProperty("ids"));
        if (!row.TryGetProperty("off", out JsonElement offsets))
        {
            // sentencepiece's own results: no special tokens, no offsets
            differences.Compare(id + " ids", ids, TokenizerFixtures.FastIds(tokenizer, text, addSpecialTokens: false));
            differences.Compare(id + " dec", Text(row, "dec", text), tokenizer.Decode(ids, skipSpecialTokens: false));
            return;
        }

        TokenEncoding encoding = tokenizer.Encode(text);
        TokenOffset[] expected = TokenizerFixtures.Offsets(offsets);
        differences.Compare(id + " ids", ids, encoding.Ids);
        differences.Compare(id + " fast ids", ids, TokenizerFixtures.FastIds(tokenizer, text));
        differences.Compare(id + " offsets", expected, encoding.Offsets);

        int[] slice = row.TryGetProperty("ns", out JsonElement range) ? TokenizerFixtures.Ints(range) : [0, 0];
        TokenEncoding plain = tokenizer.Encode(text, addSpecialTokens: false);
        differences.Compare(id + " ids without special tokens", row.TryGetProperty("ids_ns", out JsonElement without) ? TokenizerFixtures.Ints(without) : ids[slice[0]..slice[1]], plain.Ids);
        if (row.TryGetProperty("off_ns", out JsonElement plainOffsets) || range.ValueKind == JsonValueKind.Array)
        {
            differences.Compare(
                id + " offsets without special tokens",
                plainOffsets.ValueKind == JsonValueKind.Array ? TokenizerFixtures.Offsets(plainOffsets) : expected[slice[0]..slice[1]], plain.Offsets);
        }

        differences.Compare(id + " dec_skip", Text(row, "dec_skip", text), tokenizer.Decode(ids, skipSpecialTokens: true));
        differences.Compare(id + " dec", Text(row, "dec", text), tokenizer.Decode(ids, skipSpecialTokens: false));
    }

    private static string Text(JsonElement row, string name, string otherwise) => row.TryGetProperty(name, out JsonElement value) ? value.GetString()! : otherwise;
}
