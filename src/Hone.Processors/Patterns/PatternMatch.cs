namespace Hone.Processors.Patterns;

/// <summary>Where a pattern matched, in UTF-16 units of the text.</summary>
/// <param name="Index">First unit of the match.</param>
/// <param name="Length">Number of units, 0 for an empty match.</param>
public readonly record struct PatternMatch(int Index, int Length)
{
    /// <summary>One past the last unit of the match.</summary>
    public int End => Index + Length;
}
