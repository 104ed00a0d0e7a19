namespace Hone.Data.Formats;

/// <summary>A plain text, with or without a prompt before it.</summary>
/// <param name="Prompt">What the text goes on from; null for a text on its own.</param>
/// <param name="Text">The text, or the completion of the prompt.</param>
public sealed record TextRow(string? Prompt, string Text) : TrainingRow;
