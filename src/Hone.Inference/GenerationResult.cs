using System.Collections.Immutable;
using Hone.Core.Errors;
using Hone.Inference.Sampling;

namespace Hone.Inference;

/// <summary>What became of a request: its texts, or why it failed.</summary>
public sealed record GenerationResult
{
    /// <summary>The request.</summary>
    public required GenerationRequest Request { get; init; }

    /// <summary>The continuations, in order; empty after a failure.</summary>
    public ImmutableArray<GeneratedText> Texts { get; init; } = [];

    /// <summary>Log-probabilities of the prompt's tokens from the second on, when asked for.</summary>
    public ImmutableArray<TokenScore> PromptScores { get; init; } = [];

    /// <summary>Tokens of the prompt that were found in the cache instead of being computed.</summary>
    public int CachedPromptTokens { get; init; }

    /// <summary>Why the request failed; other requests are not affected.</summary>
    public HoneException? Error { get; init; }
}
