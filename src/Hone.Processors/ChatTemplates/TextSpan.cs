namespace Hone.Processors.ChatTemplates;

/// <summary>A part of a text, in code points, as tokenizers count offsets; a character beyond U+FFFF counts once.</summary>
/// <param name="Start">Code points before the part.</param>
/// <param name="End">Code points before what follows the part.</param>
public readonly record struct TextSpan(int Start, int End);
