namespace Hone.Pipelines.Evaluations;

/// <summary>What a model said to a question.</summary>
/// <param name="Text">The text, without control tokens.</param>
/// <param name="PromptTokens">Length of the prompt.</param>
/// <param name="OutputTokens">Length of the text, its end token included.</param>
/// <param name="IsTruncated">Whether it was cut off.</param>
/// <param name="Error">Why there is none, e.g. a prompt that is longer than the model's context.</param>
internal sealed record GeneratedAnswer(string Text, int PromptTokens, int OutputTokens, bool IsTruncated, string? Error);
