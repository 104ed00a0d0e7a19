using System.Text.Json;

namespace Hone.Inference.Batches;

/// <summary>A row of a file of prompts.</summary>
/// <param name="Id">Value of <c>id</c> as text, else the number of the line.</param>
/// <param name="Json">The row; undefined when it is not a JSON object.</param>
/// <param name="Problem">What is wrong with the row; <see langword="null"/> when nothing is.</param>
public sealed record PromptRow(string Id, JsonElement Json, string? Problem);
