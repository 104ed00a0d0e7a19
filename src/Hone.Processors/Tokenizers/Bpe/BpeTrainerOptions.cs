using System.Collections.Immutable;
using Hone.Processors.Patterns.Scanners;

namespace Hone.Processors.Tokenizers.Bpe;

/// <summary>What a <see cref="BpeTrainer"/> makes of a corpus.</summary>
public sealed record BpeTrainerOptions
{
    /// <summary>The expression of GPT-2, which <c>ByteLevel</c> splits by.</summary>
    public const string Gpt2Expression = WellKnownExpressions.Gpt2;

    /// <summary>The expression of Llama 3 and cl100k.</summary>
    public const string Llama3Expression = WellKnownExpressions.Llama3;

    /// <summary>The expression of Qwen2, which leaves every digit on its own.</summary>
    public const string Qwen2Expression = WellKnownExpressions.Qwen2;

    /// <summary>Tokens in all, special ones and the 256 bytes included. Training ends earlier when no pair is left.</summary>
    public int VocabularySize { get; init; } = 32_768;

    /// <summary>Occurrences below which a pair does not become a token.</summary>
    public long MinFrequency { get; init; } = 2;

    /// <summary>Tokens with the ids 0, 1, …, which texts are not split into.</summary>
    public ImmutableArray<string> SpecialTokens { get; init; } = [];

    /// <summary>Splits texts into words, between which nothing merges; in the syntax of tokenizer files.</summary>
    public string Expression { get; init; } = Gpt2Expression;

    /// <summary>Threads that count words; they do not change the result.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
