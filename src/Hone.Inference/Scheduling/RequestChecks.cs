using Hone.Core.Errors;

namespace Hone.Inference.Scheduling;

/// <summary>Finds what makes a request impossible before anything is computed for it.</summary>
internal static class RequestChecks
{
    private const int MaxSamples = 4096;
    private const int MaxBeamWidth = 256;
    private const int MaxAlternatives = 1000;

    /// <summary>Checks everything that the request alone and the model's vocabulary decide.</summary>
    /// <param name="request">The request.</param>
    /// <param name="vocabularySize">Token ids of the model.</param>
    /// <param name="hasTokenizer">Whether tokens can be turned into text.</param>
    /// <exception cref="HoneException">The request cannot be carried out.</exception>
    public static void Check(GenerationRequest request, int vocabularySize, bool hasTokenizer)
    {
        request.Sampling.Check();
        string? problem =
            request.PromptIds.IsDefaultOrEmpty ? "the prompt has no tokens"
            : request.PromptIds.Any(id => (uint)id >= (uint)vocabularySize) ? $"token {request.PromptIds.First(id => (uint)id >= (uint)vocabularySize)} in the prompt; the model has tokens 0 to {vocabularySize - 1}"
            : request.Samples is < 1 or > MaxSamples ? $"{request.Samples} samples: 1 to {MaxSamples}"
            : request.MaxTokens < 0 || (request.MaxTokens == 0 && request.PromptLogProbabilities is null) ? $"{request.MaxTokens} tokens at most: 1 or more"
            : request.MinTokens < 0 || request.MinTokens > (request.MaxTokens ?? int.MaxValue) ? $"at least {request.MinTokens} and at most {request.MaxTokens} tokens"
            : request.LogProbabilities is < 0 or > MaxAlternatives || request.PromptLogProbabilities is < 0 or > MaxAlternatives ? $"log-probabilities of more than {MaxAlternatives} alternatives, or of fewer than 0"
            : request.StopTexts.IsDefault || request.StopTexts.Any(string.IsNullOrEmpty) ? "an empty stop text"
            : !hasTokenizer && (request.StopTexts.Length > 0 || request.Constraint is not null) ? "stop texts or a constraint for an engine without tokenizer"
            : request.Constraint is not null && request.StopTexts.Length > 0 ? "stop texts together with a constraint, which they could cut short"
            : request.BeamWidth is < 1 or > MaxBeamWidth ? $"a beam width of {request.BeamWidth}: 1 to {MaxBeamWidth}"
            : request.BeamWidth > 1 ? CheckBeams(request)
            : null;
        if (problem is not null)
        {
            throw new HoneException("A generation request cannot be carried out.", Where(request), problem, "change the request");
        }
    }

    /// <summary>The request's name as the place of an error.</summary>
    public static string Where(GenerationRequest request) => request.Id.Length > 0 ? $"request '{request.Id}'" : "";

    private static string? CheckBeams(GenerationRequest request) =>
        request.Samples > request.BeamWidth ? $"{request.Samples} samples from {request.BeamWidth} beams"
        : !request.Sampling.IsGreedy ? "beam search with a temperature"
        : request.Constraint is not null || request.StopTexts.Length > 0 ? "beam search with a constraint or stop texts"
        : request.OnUpdate is not null ? "beam search with streaming: its texts are known only at the end"
        : request.LogProbabilities > 0 ? "beam search with alternatives to its tokens"
        : request.MaxTokens == 0 ? "beam search for no tokens"
        : !double.IsFinite(request.LengthPenalty) ? $"a length penalty of {request.LengthPenalty}"
        : null;
}
