using System.Text.Json;
using Hone.Processors.Tokenizers;

namespace Hone.Conformance.Tests.Tokenizers;

/// <summary>Padding, truncation, pairs and overflowing windows as transformers' call of a tokenizer gives them.</summary>
[ReadsFixture("tokenizers/batches")]
public sealed class BatchTests
{
    // What the fixtures' script gives transformers as padding token.
    private static readonly Dictionary<string, string> s_padTokens = new(StringComparer.Ordinal)
    {
        ["bert"] = "[PAD]",
        ["qwen3"] = "<|endoftext|>",
        ["smollm2"] = "<|im_end|>",
        ["tiny:unigram_bytefb"] = "<pad>",
        ["tiny:wordpiece_at"] = "[PAD]",
    };

    public static TheoryData<string> Tokenizers => File.Exists(Fixtures.At("tokenizers", "batches.jsonl"))
        ? new TheoryData<string>(TokenizerFixtures.Lines("batches.jsonl").Select(row => row.GetProperty("tokenizer").GetString()!).Distinct())
        : [];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tokenizers))]
    public void EncodeBatch_EveryOption_EqualsTransformers(string name)
    {
        Tokenizer tokenizer = TokenizerFixtures.Load(name);
        var differences = new DifferenceList();
        int number = 0;
        foreach (JsonElement row in TokenizerFixtures.Lines("batches.jsonl"))
        {
            number++;
            if (row.GetProperty("tokenizer").GetString() == name)
            {
                Check(tokenizer, name, row, $"line {number} {row.GetProperty("args")}", differences);
            }
        }

        differences.AssertNone();
    }

    private static void Check(Tokenizer tokenizer, string name, JsonElement row, string what, DifferenceList differences)
    {
        JsonElement args = row.GetProperty("args");
        EncodeOptions options = Options(args, tokenizer, s_padTokens[name]);
        List<(string, string?)> texts = Texts(row.GetProperty("text"), row.GetProperty("pair"));
        if (row.TryGetProperty("error", out _))
        {
            ArgumentException? refused = Record.Exception(() => tokenizer.EncodeBatch(texts, options)) as ArgumentException;
            differences.Compare(what, "refused", refused is null ? "accepted" : "refused");
            return;
        }

        bool overflowing = args.TryGetProperty("return_overflowing_tokens", out JsonElement returns) && returns.GetBoolean();
        var rows = tokenizer.EncodeBatch(texts, options).SelectMany((encoding, i) =>
            (overflowing ? encoding.Overflowing.Prepend(encoding) : [encoding]).Select(window => (Window: window, Source: i))).ToList();
        JsonElement output = row.GetProperty("out");
        JsonElement Row(string key, int i) => output.GetProperty("input_ids").EnumerateArray().FirstOrDefault().ValueKind == JsonValueKind.Array ? output.GetProperty(key)[i] : output.GetProperty(key);
        int count = output.GetProperty("input_ids").EnumerateArray().FirstOrDefault().ValueKind == JsonValueKind.Array ? output.GetProperty("input_ids").GetArrayLength() : 1;
        differences.Compare(what + " rows", [count], [rows.Count]);
        for (int i = 0; i < Math.Min(count, rows.Count); i++)
        {
            TokenEncoding window = rows[i].Window;
            differences.Compare(what + " ids", TokenizerFixtures.Ints(Row("input_ids", i)), window.Ids);
            differences.Compare(what + " attention", TokenizerFixtures.Ints(Row("attention_mask", i)), window.AttentionMask.Select(mask => (int)mask));
            differences.Compare(what + " special", TokenizerFixtures.Ints(Row("special_tokens_mask", i)), window.SpecialTokensMask.Select(mask => (int)mask));
            differences.Compare(what + " offsets", Row("offset_mapping", i).EnumerateArray().Select(pair => new TokenOffset(pair[0].GetInt32(), pair[1].GetInt32())), window.Offsets);
            differences.Compare(what + " sequences", Row("sequence_ids", i).EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Null ? (int?)null : item.GetInt32()), window.Sequences);
            if (output.TryGetProperty("token_type_ids", out _))
            {
                differences.Compare(what + " type ids", TokenizerFixtures.Ints(Row("token_type_ids", i)), window.TypeIds);
            }

            if (output.TryGetProperty("overflow_to_sample_mapping", out JsonElement mapping))
            {
                differences.Compare(what + " source", [mapping[i].GetInt32()], [rows[i].Source]);
            }
        }
    }

    private static EncodeOptions Options(JsonElement args, Tokenizer tokenizer, string padToken)
    {
        int? maxLength = args.TryGetProperty("max_length", out JsonElement length) ? length.GetInt32() : null;
        string padding = args.TryGetProperty("padding", out JsonElement pads) ? pads.ToString().ToLowerInvariant() : "false";
        string truncation = args.TryGetProperty("truncation", out JsonElement cuts) ? cuts.ToString().ToLowerInvariant() : "false";
        return new EncodeOptions
        {
            AddSpecialTokens = !args.TryGetProperty("add_special_tokens", out JsonElement adds) || adds.GetBoolean(),
            Truncation = truncation == "false" ? null : new TruncationOptions
            {
                MaxLength = maxLength ?? int.MaxValue,
                Stride = args.TryGetProperty("stride", out JsonElement stride) ? stride.GetInt32() : 0,
                Strategy = truncation switch { "only_first" => TruncationStrategy.OnlyFirst, "only_second" => TruncationStrategy.OnlySecond, _ => TruncationStrategy.LongestFirst },
                Side = args.TryGetProperty("truncation_side", out JsonElement cutSide) && cutSide.GetString() == "left" ? TruncationSide.Left : TruncationSide.Right,
            },
            Padding = padding == "false" ? null : new PaddingOptions
            {
                Length = padding == "max_length" ? maxLength : null,
                MultipleOf = args.TryGetProperty("pad_to_multiple_of", out JsonElement multiple) ? multiple.GetInt32() : null,
                Side = args.TryGetProperty("padding_side", out JsonElement padSide) && padSide.GetString() == "left" ? PaddingSide.Left : PaddingSide.Right,
                PadId = tokenizer.IdOf(padToken)!.Value,
                PadToken = padToken,
            },
        };
    }

    private static List<(string Text, string? Pair)> Texts(JsonElement text, JsonElement pair) => text.ValueKind == JsonValueKind.Array
        ? [.. text.EnumerateArray().Select((item, i) => (item.GetString()!, pair.ValueKind == JsonValueKind.Array ? pair[i].GetString() : null))]
        : [(text.GetString()!, pair.ValueKind == JsonValueKind.Null ? null : pair.GetString())];
}
