namespace Hone.Data.Datasets;

/// <summary>An example, and what was cut off it.</summary>
/// <param name="Example">The example.</param>
/// <param name="CutTokens">Number of tokens beyond the length allowed.</param>
public sealed record EncodedExample(SftExample Example, int CutTokens)
{
    /// <summary>Number of tokens cut off the beginning of the prompt, beyond the length allowed for it.</summary>
    public int CutPromptTokens { get; init; }

    /// <summary>Parts of the conversation that the chat template does not write: <c>tools</c>, <c>tool_calls</c>, <c>reasoning_content</c>.</summary>
    public IReadOnlyList<string> Unwritten { get; init; } = [];
}
