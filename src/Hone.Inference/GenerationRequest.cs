using System.Collections.Immutable;
using Hone.Inference.Adapters;
using Hone.Inference.Constraints;
using Hone.Inference.Sampling;

namespace Hone.Inference;

/// <summary>A prompt and how it is to be continued.</summary>
/// <remarks>The result depends on the request and the model alone: not on other requests, their order, threads, or how the engine splits its work.</remarks>
public sealed record GenerationRequest
{
    /// <summary>Name under which the result comes back.</summary>
    public string Id { get; init; } = "";

    /// <summary>Tokens of the prompt, at least one.</summary>
    public required ImmutableArray<int> PromptIds { get; init; }

    /// <summary>How tokens are chosen.</summary>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>Seed of the draws; sample <c>i</c> of the request has a random stream of its own.</summary>
    public ulong Seed { get; init; }

    /// <summary>How many continuations to generate; they share the prompt's part of the cache.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>Most tokens of a continuation, its end token included; as many as fit when not given.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Fewest tokens before an end token is allowed.</summary>
    public int MinTokens { get; init; }

    /// <summary>Texts that end a continuation; they are not part of it.</summary>
    public ImmutableArray<string> StopTexts { get; init; } = [];

    /// <summary>Tokens that end a continuation besides the model's own end tokens.</summary>
    public ImmutableArray<int> StopTokens { get; init; } = [];

    /// <summary>Whether the model's end tokens are treated as any other token.</summary>
    public bool IgnoresEndTokens { get; init; }

    /// <summary>Whether control tokens appear in the text.</summary>
    public bool KeepsSpecialTokens { get; init; }

    /// <summary>Log-probabilities of the generated tokens, each with so many of the most probable alternatives; none when not given.</summary>
    public int? LogProbabilities { get; init; }

    /// <summary>Log-probabilities of the prompt's tokens after the first, each with so many alternatives; none when not given.</summary>
    public int? PromptLogProbabilities { get; init; }

    /// <summary>What the text must look like.</summary>
    public Constraint? Constraint { get; init; }

    /// <summary>Adapter applied to this request alone.</summary>
    public EngineAdapter? Adapter { get; init; }

    /// <summary>Width of a beam search; 1 chooses token by token. With more, <see cref="Samples"/> of the best texts are returned.</summary>
    public int BeamWidth { get; init; } = 1;

    /// <summary>Beam search: texts are ranked by log-probability divided by length to this power.</summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>Called with every token as it comes, on the engine's thread: it must return quickly and not throw.</summary>
    public Action<GenerationUpdate>? OnUpdate { get; init; }
}
