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

    private const string DeepseekLetters =
        @"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-ῌῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼ"
        + @"ℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+";

    private const string CjkAndHangul = "[一-龥ࠀ-一가-퟿]+";
    private const string CjkAndKana = "[一-龥぀-ゟ゠-ヿ]+";

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
        (["deepseek-llm"], new GgufSplit(["[\r\n]", DeepseekLetters, "\\s?[!-/:-~！-／：-～‘-‟　-。]+", @"\s+\z", CjkAndHangul, @"\p{N}+"])),
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
