namespace Hone.Processors.Tokenizers;

/// <summary>Where a token comes from: a half-open range of Unicode code points of the original text.</summary>
/// <param name="Start">First code point.</param>
/// <param name="End">One past the last code point; equal to <paramref name="Start"/> for a token that stands for no text.</param>
public readonly record struct TokenOffset(int Start, int End);
