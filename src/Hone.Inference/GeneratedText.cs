using System.Collections.Immutable;
using Hone.Inference.Sampling;

namespace Hone.Inference;

/// <summary>One continuation of a prompt.</summary>
public sealed record GeneratedText
{
    /// <summary>Which continuation of the request, from 0; with beam search 0 is the best.</summary>
    public required int Sample { get; init; }

    /// <summary>The text, up to the stop text if one was met; empty when the engine has no tokenizer.</summary>
    public required string Text { get; init; }

    /// <summary>All tokens, an end token and those of a stop text included.</summary>
    public required ImmutableArray<int> Ids { get; init; }

    /// <summary>Why it ended.</summary>
    public required FinishReason FinishReason { get; init; }

    /// <summary>The stop text that ended it.</summary>
    public string? StopText { get; init; }

    /// <summary>Log-probabilities of <see cref="Ids"/>, when asked for.</summary>
    public ImmutableArray<TokenScore> Scores { get; init; } = [];

    /// <summary>Beam search: the score that it is ranked by.</summary>
    public double? BeamScore { get; init; }
}
