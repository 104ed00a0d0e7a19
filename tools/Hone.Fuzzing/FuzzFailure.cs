namespace Hone.Fuzzing;

/// <summary>An input on which a parser failed.</summary>
/// <param name="Input">Its number.</param>
/// <param name="Error">The exception and where it came from.</param>
internal sealed record FuzzFailure(long Input, string Error);
