using System.Text;

namespace Hone.Processors.Tokenizers;

/// <summary>One code point of a rewritten text and how it relates to the text before.</summary>
/// <param name="Rune">The new code point.</param>
/// <param name="Delta">
/// 0: replaces one code point; 1 (or more): inserted, aligned like the code point before it; −n: replaces one code point and the n that follow it are gone.
/// </param>
internal readonly record struct CharChange(Rune Rune, int Delta);
