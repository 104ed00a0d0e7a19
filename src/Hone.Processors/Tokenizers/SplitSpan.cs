namespace Hone.Processors.Tokenizers;

/// <summary>A stretch of a text, in UTF-16 units.</summary>
/// <param name="Start">First unit.</param>
/// <param name="End">One past the last unit.</param>
/// <param name="IsMatch">Whether it is a delimiter.</param>
internal readonly record struct SplitSpan(int Start, int End, bool IsMatch);
