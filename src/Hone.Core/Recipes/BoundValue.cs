namespace Hone.Core.Recipes;

/// <summary>The outcome of binding one node.</summary>
/// <param name="Value">The value; <see langword="null"/> if something was wrong, or if it is null on purpose.</param>
/// <param name="Node">The resolved form with origins.</param>
/// <param name="IsNull">Whether null is the value.</param>
internal readonly record struct BoundValue(object? Value, ResolvedNode Node, bool IsNull = false)
{
    /// <summary>Whether nothing was wrong.</summary>
    public bool IsBound => IsNull || Value is not null;
}
