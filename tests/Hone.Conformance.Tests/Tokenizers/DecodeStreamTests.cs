using System.Text;
using System.Text.Json;
using Hone.Processors.Tokenizers;

namespace Hone.Conformance.Tests.Tokenizers;

/// <summary>Text as it arrives token by token, in the three ways that libraries do it.</summary>
[ReadsFixture("tokenizers/stream")]
public sealed class DecodeStreamTests
{
    public static TheoryData<string> Tokenizers => TokenizerFixtures.Names("stream", ".jsonl");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tokenizers))]
    public void DecodeStream_EveryToken_EqualsTheLibrary(string name)
    {
        Tokenizer tokenizer = TokenizerFixtures.Load(name);
        var differences = new DifferenceList();
        foreach (JsonElement row in TokenizerFixtures.Lines("stream", name + ".jsonl"))
        {
            int[] ids = Ids(tokenizer, row);
            foreach (bool skip in (bool[])[true, false])
            {
                DecodeStream stream = tokenizer.CreateDecodeStream(skip);
                string[] pieces = [.. ids.Select(stream.Append)];
                JsonElement[] expected = [.. row.GetProperty(skip ? "decode_stream_skip" : "decode_stream").EnumerateArray()];
                string[] texts = [.. expected.TakeWhile(piece => piece.ValueKind == JsonValueKind.String).Select(piece => piece.GetString()!)];
                differences.Compare($"{row.GetProperty("id")} skip {skip}", texts, pieces.Take(texts.Length));
                if (texts.Length == expected.Length)
                {
                    // Nothing but what the library holds back for ever is left for the end.
                    differences.Compare($"{row.GetProperty("id")} all, skip {skip}", tokenizer.Decode(ids, skip), string.Concat(pieces) + stream.Finish());
                }
            }
        }

        differences.AssertNone();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tokenizers))]
    public void Decode_OfGrowingWindows_ServesTheOtherTwoWays(string name)
    {
        Tokenizer tokenizer = TokenizerFixtures.Load(name);
        var differences = new DifferenceList();
        foreach (JsonElement row in TokenizerFixtures.Lines("stream", name + ".jsonl"))
        {
            int[] ids = Ids(tokenizer, row);
            string Decode(int from, int to) => tokenizer.Decode(ids.AsSpan(from, to - from), skipSpecialTokens: false);
            differences.Compare(row.GetProperty("id") + " prefix_read", Strings(row.GetProperty("prefix_read")), PrefixRead(ids.Length, Decode));
            differences.Compare(row.GetProperty("id") + " text_streamer", Strings(row.GetProperty("text_streamer")), TextStreamer(ids.Length, Decode));
        }

        differences.AssertNone();
    }

    private static int[] Ids(Tokenizer tokenizer, JsonElement row) => tokenizer.EncodeIds(TokenizerFixtures.Texts[row.GetProperty("id").GetString()!], addSpecialTokens: false);

    private static IEnumerable<string> Strings(JsonElement array) => array.EnumerateArray().Select(item => item.GetString()!);

    /// <summary>The prefix offset and read offset of inference servers.</summary>
    private static List<string> PrefixRead(int count, Func<int, int, string> decode)
    {
        var pieces = new List<string>();
        (int prefix, int read) = (0, 0);
        for (int n = 1; n <= count; n++)
        {
            string old = decode(prefix, read);
            string text = decode(prefix, n);
            bool ready = CodePoints(text) > CodePoints(old) && !text.EndsWith('\uFFFD');
            pieces.Add(ready ? SkipCodePoints(text, CodePoints(old)) : "");
            (prefix, read) = ready ? (read, n) : (prefix, read);
        }

        return pieces;
    }

    /// <summary>transformers' TextStreamer: whole words, lines and CJK characters at once.</summary>
    private static List<string> TextStreamer(int count, Func<int, int, string> decode)
    {
        var pieces = new List<string>();
        (int start, int printed) = (0, 0);
        for (int n = 1; n <= count; n++)
        {
            string text = decode(start, n);
            string piece;
            if (text.EndsWith('\n'))
            {
                piece = SkipCodePoints(text, printed);
                (start, printed) = (n, 0);
            }
            else if (text.Length > 0 && IsChinese(text.EnumerateRunes().Last().Value))
            {
                piece = SkipCodePoints(text, printed);
                printed += CodePoints(piece);
            }
            else
            {
                int space = text.LastIndexOf(' ') + 1;
                piece = SkipCodePoints(text[..space], printed);
                printed += CodePoints(piece);
            }

            pieces.Add(piece);
        }

        pieces.Add(start < count ? SkipCodePoints(decode(start, count), printed) : "");
        return pieces;
    }

    private static bool IsChinese(int point) => point is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    private static int CodePoints(string text) => text.EnumerateRunes().Count();

    private static string SkipCodePoints(string text, int count)
    {
        var rest = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes().Skip(count))
        {
            rest.Append(rune.ToString());
        }

        return rest.ToString();
    }
}
