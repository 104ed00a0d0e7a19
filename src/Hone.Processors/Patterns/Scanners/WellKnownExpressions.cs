namespace Hone.Processors.Patterns.Scanners;

/// <summary>The expressions that have a scanner, by their exact text, and the rules of each.</summary>
internal static class WellKnownExpressions
{
    /// <summary>GPT-2, and whatever leaves splitting to <c>ByteLevel</c>.</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>cl100k, Llama 3, SmolLM3, OLMo 2, Phi-4, GLM-4.</summary>
    public const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Qwen2, Qwen2.5, Qwen3.</summary>
    public const string Qwen2 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Qwen3.5: marks belong to words.</summary>
    public const string Qwen35 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>GPT-4o, gpt-oss, Llama 4.</summary>
    public const string O200k =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Mistral's Tekken.</summary>
    public const string Tekken =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The last of DeepSeek V3's and R1's splits.</summary>
    public const string DeepSeekV3 =
        @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Gpt2, Llama3, Qwen2, Qwen35, O200k, Tekken, DeepSeekV3];

    /// <summary>The scanner of an expression, or <see langword="null"/>.</summary>
    public static PieceScanner? Find(string expression) => expression switch
    {
        Gpt2 => new SplitScanner<Gpt2Rules>(),
        Llama3 => new SplitScanner<Llama3Rules>(),
        Qwen2 => new SplitScanner<Qwen2Rules>(),
        Qwen35 => new SplitScanner<Qwen35Rules>(),
        O200k => new SplitScanner<O200kRules>(),
        Tekken => new SplitScanner<TekkenRules>(),
        DeepSeekV3 => new SplitScanner<DeepSeekV3Rules>(),
        _ => null,
    };

    /// <summary>GPT-2's expression on what is left after single digits were cut out: StarCoder, SmolLM.</summary>
    public static PieceScanner DigitsThenGpt2() => new SplitScanner<DigitsThenGpt2Rules>();
}
