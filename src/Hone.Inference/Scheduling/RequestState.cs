using Hone.Core.Errors;
using Hone.Inference.Sampling;

namespace Hone.Inference.Scheduling;

/// <summary>A request that the engine has taken on.</summary>
internal sealed class RequestState
{
    /// <summary>Takes a checked request on.</summary>
    /// <param name="request">The request.</param>
    /// <param name="number">Order of arrival.</param>
    /// <param name="maxTokens">Tokens that a continuation may have.</param>
    /// <param name="endTokens">Tokens that end it.</param>
    /// <param name="deliver">Receives the result.</param>
    public RequestState(GenerationRequest request, long number, int maxTokens, int[] endTokens, Action<GenerationResult> deliver)
    {
        Request = request;
        Number = number;
        MaxTokens = maxTokens;
        EndTokens = endTokens;
        Deliver = deliver;
        PromptScores = request.PromptLogProbabilities is null ? [] : new TokenScore?[request.PromptIds.Length];
    }

    /// <summary>The request.</summary>
    public GenerationRequest Request { get; }

    /// <summary>Order of arrival.</summary>
    public long Number { get; }

    /// <summary>Tokens that a continuation may have.</summary>
    public int MaxTokens { get; }

    /// <summary>Tokens that end a continuation.</summary>
    public int[] EndTokens { get; }

    /// <summary>Receives the result, once.</summary>
    public Action<GenerationResult> Deliver { get; }

    /// <summary>Continuations that have ended.</summary>
    public List<GeneratedText> Finished { get; } = [];

    /// <summary>Log-probability of each token of the prompt, as far as computed.</summary>
    public TokenScore?[] PromptScores { get; }

    /// <summary>Tokens of the prompt found in the cache when it was first scheduled.</summary>
    public int? CachedPromptTokens { get; set; }

    /// <summary>The search, when the request asks for one.</summary>
    public BeamSearch? Beams { get; set; }

    /// <summary>Whether the result has been delivered or nobody waits for it any more.</summary>
    public bool IsDone { get; set; }

    /// <summary>Whether log-probabilities of the prompt are still to be computed, for which its tokens cannot come from the cache.</summary>
    public bool NeedsPromptScores => PromptScores.Length > 1 && PromptScores[^1] is null;

    /// <summary>Root of the prefixes that this request can share: its adapter's.</summary>
    public long PrefixRoot { get; init; } = -1;

    /// <summary>Number of the adapter in the engine; 0 for none.</summary>
    public int AdapterNumber { get; init; }

    /// <summary>Delivers the texts.</summary>
    public void Complete()
    {
        IsDone = true;
        Deliver(new GenerationResult
        {
            Request = Request,
            Texts = [.. Finished.OrderBy(text => text.Sample)],
            PromptScores = [.. PromptScores.Skip(1).OfType<TokenScore>()],
            CachedPromptTokens = CachedPromptTokens ?? 0,
        });
    }

    /// <summary>Delivers a failure.</summary>
    public void Fail(HoneException error)
    {
        IsDone = true;
        Deliver(new GenerationResult { Request = Request, Error = error });
    }
}
