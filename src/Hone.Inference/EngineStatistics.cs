namespace Hone.Inference;

/// <summary>What an engine has done so far.</summary>
public sealed record EngineStatistics
{
    /// <summary>Passes through the model.</summary>
    public long Steps { get; init; }

    /// <summary>Tokens of prompts and of recomputed texts that were computed.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Tokens of prompts that were found in the cache.</summary>
    public long CachedPromptTokens { get; init; }

    /// <summary>Tokens generated.</summary>
    public long GeneratedTokens { get; init; }

    /// <summary>How often a text gave its cache up for another one and was computed again.</summary>
    public long Preemptions { get; init; }

    /// <summary>Texts being computed.</summary>
    public int Running { get; init; }

    /// <summary>Texts waiting for room.</summary>
    public int Waiting { get; init; }

    /// <summary>Pages of the cache in use.</summary>
    public int UsedPages { get; init; }

    /// <summary>Pages of the cache in all.</summary>
    public int Pages { get; init; }
}
