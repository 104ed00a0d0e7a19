namespace Hone.Processors.Tokenizers.Formats;

/// <summary>The expressions behind the names in <c>tokenizer.ggml.pre</c>.</summary>
/// <remarks>Source: llama.cpp, <c>llama-vocab.cpp</c>; where that gives the expression of the model's own tokenizer beside its adaptation, the former.</remarks>
internal static class GgufSplits
{
    private const string Contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)";
    private const string Llama3 = Contraction + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen2 = Contraction + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen35 = Contraction + @"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Bloom = " ?[^(\\s|.,!?…。，、।۔،)]+";

    private const string Gpt4o =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + Contraction
        + @"?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + Contraction
        + @"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Tekken =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
        + @"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string DeepseekWords =
        @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    // Letters with case, as DeepSeek's expression lists them; code points, for characters that normalization would change.
    private const string CasedLetters =
        "00B5 00C0-00D6 00D8-00F6 00F8-01BA 01BC-01BF 01C4-0293 0295-02AF 0370-0373 0376 0377 037B-037D 037F 0386 0388-038A "
        + "038C 038E-03A1 03A3-03F5 03F7-0481 048A-052F 0531-0556 10A0-10C5 13A0-13F5 13F8-13FD 1C90-1CBA 1CBD-1CBF 1D00-1D2B "
        + "1D6B-1D77 1D79-1D9A 1E00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 1F59 1F5B 1F5D 1F5F-1F7D 1F80-1FB4 1FB6-1FBC "
        + "1FBE 1FC2-1FC4 1FC6-1FCC 1FD0-1FD3 1FD6-1FDB 1FE0-1FEC 1FF2-1FF4 1FF6-1FFC 2102 2107 210A-2113 2115 2119-211D 2124 "
        + "2126 2128 212A-212D 212F-2134 2139 213C-213F 2145-2149 214E 2183 2184 2C00-2C7B 2C7E-2CE4 2CEB-2CEE 2CF2 2CF3 "
        + "A640-A66D A680-A69B A722-A76F A771-A787 A78B-A78E AB70-ABBF FB00-FB06 FB13-FB17 FF21-FF3A FF41-FF5A 10400-1044F "
        + "104B0-104D3 104D8-104FB 10C80-10CB2 10CC0-10CF2 118A0-118DF 1E900-1E943";

    private const string CjkAndHangul = @"[\x{4E00}-\x{9FA5}\x{0800}-\x{4E00}\x{AC00}-\x{D7FF}]+";
    private const string CjkAndKana = @"[\x{4E00}-\x{9FA5}\x{3040}-\x{309F}\x{30A0}-\x{30FF}]+";
    private const string DeepseekPunctuation = @"\s?[!-/:-~\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF5E}\x{2018}-\x{201F}\x{3000}-\x{3002}]+";

    private static readonly string s_deepseekLetters =
        $@"\s?[A-Za-z{string.Concat(CasedLetters.Split(' ').Select(range => string.Join('-', range.Split('-').Select(point => $@"\x{{{point}}}"))))}]+";

    private static readonly GgufSplit s_gpt2 = new([Gpt2]);
    private static readonly GgufSplit s_digitsThenGpt2 = new([@"\p{N}", Gpt2]);
    private static readonly GgufSplit s_llama3 = new([Llama3], IgnoreMerges: true, AddBos: true);
    private static readonly GgufSplit s_llama3Merging = new([Llama3]);
    private static readonly GgufSplit s_qwen2 = new([Qwen2]);
    private static readonly GgufSplit s_gpt4o = new([Gpt4o]);
    private static readonly GgufSplit s_deepseek3 = new([@"\p{N}{1,3}", CjkAndKana, DeepseekWords]);

    private static readonly GgufSplit s_bailing = new(
        [@"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"]);

    /// <summary>The splits by name; the empty name is that of files without one.</summary>
    public static IReadOnlyDictionary<string, GgufSplit> ByName { get; } = Table(
        (["", "default"], new GgufSplit([@"[\p{P}\$\+<=>\^~\|]+", Gpt2, @"\p{N}+", "[0-9][0-9][0-9]"])),
        (["llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano"], s_llama3),
        (["dbrx", "smaug-bpe", "chatglm-bpe", "glm4"], s_llama3Merging),
        (["qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2", "hunyuan", "solar-open", "grok-2"], s_qwen2),
        (["qwen35"], new GgufSplit([Qwen35])),
        (["gpt-2", "phi-2", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "jina-v1-en", "jina-v2-code", "roberta-bpe", "modern-bert", "gigachat", "a.x-4.0",
            "mellum", "mpt", "olmo", "jais", "trillion", "granite-docling", "exaone4"], s_gpt2),
        (["starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b", "mellum2"], s_digitsThenGpt2),
        (["falcon"], new GgufSplit([@"[\p{P}\$\+<=>\^~\|`]+", Gpt2, "[0-9][0-9][0-9]"])),
        (["gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"], s_gpt4o),
        (["tekken"], new GgufSplit([Tekken], IgnoreMerges: true, AddBos: true)),
        (["deepseek-llm"], new GgufSplit(["[\r\n]", s_deepseekLetters, DeepseekPunctuation, @"\s+\z", CjkAndHangul, @"\p{N}+"])),
        (["deepseek-coder"], new GgufSplit(["[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", CjkAndHangul, @"\p{N}"])),
        (["deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"], s_deepseek3),
        (["bailingmoe", "bailingmoe2", "llada-moe"], s_bailing),
        (["seed-coder"], new GgufSplit([Contraction + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+"])),
        (["bloom", "poro-chat", "gpt3-finnish"], new GgufSplit([Bloom])),
        (["viking"], new GgufSplit([Bloom, @"\p{N}"])),
        (["superbpe"], new GgufSplit([@"\p{N}+", @"(?=(\d{3})+(?!\d))"])),
        (["chameleon"], new GgufSplit(
            ["<sentinel:[0-9]+>", "(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z", @"([\t\n]|    |  )", @"\p{N}", @"[\p{P}!-/:-@\[-`{-~]", Gpt2], AddBos: true)),
        (["minicpm5"], new GgufSplit(
            [@"\p{N}{1,3}", Contraction + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"], IgnoreMerges: true)),
        (["exaone-moe"], new GgufSplit(
            [Contraction + @"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"])),
        (["ufakzeka"], new GgufSplit([@"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"])),
        (["laguna"], new GgufSplit([@"[^\n]+|[\n]+", Qwen2])));

    private static Dictionary<string, GgufSplit> Table(params ReadOnlySpan<(string[] Names, GgufSplit Split)> rows)
    {
        var table = new Dictionary<string, GgufSplit>(StringComparer.Ordinal);
        foreach ((string[] names, GgufSplit split) in rows)
        {
            foreach (string name in names)
            {
                table.Add(name, split);
            }
        }

        return table;
    }
}
