using Hone.Core.Errors;
using Hone.Tensors.Paging;

namespace Hone.Inference;

/// <summary>Sizes and limits of an engine; they change no result, with two exceptions: <see cref="CacheFormat"/> and, in the last bits, <see cref="PageTokens"/>.</summary>
public sealed record EngineOptions
{
    /// <summary>How keys and values are kept; bf16 and q8 round them.</summary>
    public PagedKvFormat CacheFormat { get; init; } = PagedKvFormat.F32;

    /// <summary>Most memory for keys and values in bytes; a quarter of the machine's, and no more than <see cref="MaxSequences"/> full contexts, when not given.</summary>
    public long? CacheBytes { get; init; }

    /// <summary>Tokens a page holds: 16, 32, 48 or 96. Only whole pages are shared between requests; attention adds up in steps that follow it.</summary>
    public int PageTokens { get; init; } = 16;

    /// <summary>Longest text, prompt included; the model's own limit when not given.</summary>
    public int? MaxContext { get; init; }

    /// <summary>Texts that are computed at the same time.</summary>
    public int MaxSequences { get; init; } = 64;

    /// <summary>Tokens of one step: longer prompts are computed in chunks between the tokens of other texts.</summary>
    public int MaxStepTokens { get; init; } = 512;

    /// <summary>Requests that may be under way or waiting; whoever has more waits to hand them in.</summary>
    public int MaxQueuedRequests { get; init; } = 256;

    /// <summary>Whether requests that begin alike share what has been computed.</summary>
    public bool SharesPrefixes { get; init; } = true;

    /// <summary>Threads that compute; as many as the process uses when not given.</summary>
    public int? Threads { get; init; }

    /// <summary>Refuses values that mean nothing.</summary>
    /// <exception cref="HoneException">A value is out of its range.</exception>
    public void Check()
    {
        string? problem =
            CacheBytes is <= 0 ? $"cache of {CacheBytes} bytes"
            : PageTokens is not (16 or 32 or 48 or 96) ? $"pages of {PageTokens} tokens: 16, 32, 48 or 96"
            : MaxContext is < 2 ? $"context of {MaxContext} tokens: at least 2"
            : MaxSequences < 1 ? $"{MaxSequences} sequences: at least 1"
            : MaxStepTokens < 1 ? $"{MaxStepTokens} tokens a step: at least 1"
            : MaxQueuedRequests < 1 ? $"{MaxQueuedRequests} requests: at least 1"
            : Threads is < 1 ? $"{Threads} threads: at least 1"
            : null;
        if (problem is not null)
        {
            throw new HoneException("An engine option is out of its range.", facts: problem, fix: "use a value in the range named");
        }
    }
}
