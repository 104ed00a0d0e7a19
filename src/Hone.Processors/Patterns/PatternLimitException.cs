using Hone.Core.Errors;

namespace Hone.Processors.Patterns;

/// <summary>A regular expression cannot be matched against a text within the memory that bounds its running time.</summary>
public sealed class PatternLimitException : HoneException
{
    internal PatternLimitException(string expression, int textLength, long neededBytes)
        : base(
            "A regular expression backtracks too much for a text of this length.",
            $"expression {expression}",
            $"{textLength} UTF-16 units; {neededBytes} bytes to remember what failed",
            "Split the text, e.g. by lines, before tokenizing it.")
    {
    }
}
