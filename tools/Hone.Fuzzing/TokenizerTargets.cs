using System.Text;
using Hone.Processors.Tokenizers;

namespace Hone.Fuzzing;

/// <summary>The formats that tokenizers come in: what is read encodes and decodes a text.</summary>
internal static class TokenizerTargets
{
    private const string Text = "Hello wörld, 12 <s> ▁中文 é😀  don't\n";
    private const int MaxDecoded = 64;

    // The files that the tokenizers' fixtures hold, in small.
    private static readonly string[] s_json =
    [
        """{"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":4,"content":"<s>","single_word":false,"lstrip":true,"rstrip":false,"normalized":false,"special":true}],"normalizer":{"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Lowercase"},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]},"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\p{N}{1,3}"},"behavior":"Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}]},"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"<s>":{"id":"<s>","ids":[4],"tokens":["<s>"]}}},"decoder":{"type":"ByteLevel"},"model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":true,"vocab":{"h":0,"e":1,"l":2,"he":3,"<s>":4},"merges":[["h","e"]]}}""",
        """{"added_tokens":[],"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{"type":"BertProcessing","sep":["[SEP]",1],"cls":["[CLS]",0]},"decoder":{"type":"WordPiece","prefix":"##","cleanup":true},"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[UNK]":0,"hello":1,"##l":2}}}""",
        """{"added_tokens":[],"normalizer":{"type":"Precompiled","precompiled_charsmap":"CAAAAAAAAABhAAAAYgA="},"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true},"decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},"model":{"type":"Unigram","unk_id":0,"byte_fallback":true,"vocab":[["<unk>",0.0],["▁",-1.5],["he",-2.25],["<0xC3>",-9]]}}""",
    ];

    /// <summary>All targets.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("tokenizer-json", () => Bytes(s_json),
            Bytes("{", "}", "[", "]", "\"", ",", ":", "null", "true", "-1", "1e9", "4294967296", "\"type\":\"Sequence\"", "\"type\":\"Metaspace\"", "\"type\":\"FixedLength\",\"length\":1", "\"vocab\":", "\\ud800", "\\u0000"),
            bytes => Use(TokenizerLoader.FromJson(bytes))) { IsJson = true },
        new("sentencepiece", () => [SentencePieceModel(1), SentencePieceModel(2)],
            [[0x0A], [0x12], [0x1A], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x80], [0x18, 0x04], .. Bytes("▁", "<0x41>", "<unk>")],
            bytes => Use(TokenizerLoader.FromSentencePiece(bytes))),
        new("tiktoken", () => Bytes(string.Join('\n', ((string[])["h", "e", "l", "he", " "]).Select((token, rank) => $"{Convert.ToBase64String(Encoding.UTF8.GetBytes(token))} {rank}"))),
            Bytes("\n", " ", "=", "YQ==", "-1", "2147483648"),
            bytes => SeedFiles.WithFile(bytes, ".tiktoken", path => Use(TokenizerLoader.LoadTiktoken(path, new TiktokenLayout { Name = "fuzz", Expression = @" ?\p{L}+|\s+|." })))),
    ];

    private static void Use(Tokenizer tokenizer)
    {
        TokenEncoding encoding = tokenizer.Encode(Text, Text, new EncodeOptions());
        int[] ids = tokenizer.EncodeIds(Text);
        tokenizer.Decode(ids.AsSpan(0, Math.Min(ids.Length, MaxDecoded)), skipSpecialTokens: false);
        DecodeStream stream = tokenizer.CreateDecodeStream();
        foreach (int id in encoding.Ids.Take(MaxDecoded))
        {
            stream.Append(id);
        }

        stream.Finish();
    }

    private static IReadOnlyList<byte[]> Bytes(params IEnumerable<string> texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    /// <summary>A model of a few pieces; see SentencePiece's <c>sentencepiece_model.proto</c> for the field numbers.</summary>
    private static byte[] SentencePieceModel(byte algorithm)
    {
        var model = new List<byte>();
        foreach ((string text, float score, byte kind) in ((string, float, byte)[])[("<unk>", 0, 2), ("<s>", 0, 3), ("▁", -3, 1), ("he", -1, 1), ("h", -2, 1), ("e", -2, 5), ("don", -1, 4), ("<0xC3>", 0, 6)])
        {
            byte[] spelled = Encoding.UTF8.GetBytes(text);
            byte[] piece = [0x0A, (byte)spelled.Length, .. spelled, 0x15, .. BitConverter.GetBytes(score), 0x18, kind];
            model.AddRange([0x0A, (byte)piece.Length, .. piece]);
        }

        byte[] map = [8, 0, 0, 0, 0, 0, 0, 0, (byte)'a', 1, 0, 0, (byte)'b', 0];
        model.AddRange([0x12, 5, 0x18, algorithm, 0x98, 0x02, 1]);  // trainer: model_type, byte_fallback
        model.AddRange([0x1A, (byte)(map.Length + 4), 0x12, (byte)map.Length, .. map, 0x18, 1]);  // normalizer: precompiled_charsmap, add_dummy_prefix
        return [.. model];
    }
}
