using System.Globalization;

namespace Hone.Processors.Tokenizers;

/// <summary>What a tiktoken rank file does not say: how text is split, and the special tokens behind the ranked ones.</summary>
public sealed record TiktokenLayout
{
    private const string Cl100k = @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++\z|\s*[\r\n]|\s+(?!\S)|\s";

    private const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string O200k =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Qwen =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string R50k = PreTokenizers.ByteLevelPreTokenizer.Expression;

    /// <summary>The layouts that are recognised by the number of ranked tokens.</summary>
    public static IReadOnlyList<TiktokenLayout> Known { get; } =
    [
        new() { Name = "llama3", Count = 128_000, Expression = Llama3, Bos = "<|begin_of_text|>", Eos = "<|end_of_text|>", SpecialTokens = Numbered(128_000, Llama3Tokens()) },
        new() { Name = "qwen", Count = 151_643, Expression = Qwen, Eos = "<|endoftext|>", SpecialTokens = Numbered(151_643, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]) },
        new() { Name = "cl100k_base", Count = 100_256, Expression = Cl100k, Eos = "<|endoftext|>", SpecialTokens = Cl100kTokens() },
        new() { Name = "o200k_base", Count = 199_998, Expression = O200k, Eos = "<|endoftext|>", SpecialTokens = [("<|endoftext|>", 199_999), ("<|endofprompt|>", 200_018)] },
        new() { Name = "r50k_base", Count = 50_256, Expression = R50k, Eos = "<|endoftext|>", SpecialTokens = [("<|endoftext|>", 50_256)] },
    ];

    /// <summary>A name for messages.</summary>
    public required string Name { get; init; }

    /// <summary>Number of ranked tokens by which the layout is recognised.</summary>
    public int Count { get; init; }

    /// <summary>The Oniguruma expression whose matches are the pieces of a text.</summary>
    public required string Expression { get; init; }

    /// <summary>Special tokens and their ids.</summary>
    public IReadOnlyList<(string Token, int Id)> SpecialTokens { get; init; } = [];

    /// <summary>The special token that begins every text, or <see langword="null"/>.</summary>
    public string? Bos { get; init; }

    /// <summary>The special token that ends a text, or <see langword="null"/>; it is not added.</summary>
    public string? Eos { get; init; }

    private static List<(string Token, int Id)> Numbered(int first, IReadOnlyList<string> tokens) => [.. tokens.Select((token, i) => (token, first + i))];

    private static List<(string Token, int Id)> Cl100kTokens() =>
        [.. Numbered(100_257, ["<|endoftext|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"]), ("<|endofprompt|>", 100_276)];

    // Source: Llama 3, tokenizer.py; the others tiktoken, openai_public.py, and Qwen, tokenization_qwen.py.
    private static List<string> Llama3Tokens()
    {
        const int Total = 256;
        List<string> tokens =
        [
            "<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>", "<|reserved_special_token_1|>", "<|reserved_special_token_2|>",
            "<|reserved_special_token_3|>", "<|start_header_id|>", "<|end_header_id|>", "<|reserved_special_token_4|>", "<|eot_id|>",
        ];
        for (int reserved = 5; tokens.Count < Total; reserved++)
        {
            tokens.Add(string.Create(CultureInfo.InvariantCulture, $"<|reserved_special_token_{reserved}|>"));
        }

        return tokens;
    }
}
