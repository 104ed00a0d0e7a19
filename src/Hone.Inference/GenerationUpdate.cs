namespace Hone.Inference;

/// <summary>A token of a text that is being generated.</summary>
/// <param name="Id">The request's name.</param>
/// <param name="Sample">Which continuation of the request, from 0.</param>
/// <param name="Token">The token.</param>
/// <param name="Text">The text that has become certain with it; may be empty, and may lag behind where a stop text could begin.</param>
/// <param name="FinishReason">Set with the last token.</param>
public readonly record struct GenerationUpdate(string Id, int Sample, int Token, string Text, FinishReason? FinishReason);
