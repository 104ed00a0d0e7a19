namespace Hone.Data.Datasets;

/// <summary>A part of conversations that a chat template does not write, so that the model neither reads nor learns it.</summary>
/// <param name="Part">The part: <c>tools</c>, <c>tool_calls</c> or <c>reasoning_content</c>.</param>
/// <param name="Count">How many examples have it.</param>
/// <param name="FirstRows">Numbers of the first rows, from 1.</param>
public sealed record UnwrittenPart(string Part, long Count, IReadOnlyList<long> FirstRows);
