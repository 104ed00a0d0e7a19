namespace Hone.Core.Recipes;

/// <summary>Where a resolved value comes from.</summary>
public enum OriginKind
{
    /// <summary>The options record's default; no text mentions it.</summary>
    Default,

    /// <summary>The recipe itself.</summary>
    Recipe,

    /// <summary>A recipe named by <c>extends</c>.</summary>
    Base,

    /// <summary>A <c>--set</c> argument.</summary>
    Set,
}
