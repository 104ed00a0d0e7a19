using System.Collections;

namespace Hone.Core.Recipes;

/// <summary>Limits the number of items of a list or map.</summary>
/// <param name="minimum">The fewest items.</param>
/// <param name="maximum">The most items.</param>
public sealed class CountAttribute(int minimum, int maximum = int.MaxValue) : ConstraintAttribute
{
    /// <summary>The fewest items.</summary>
    public int Minimum { get; } = minimum;

    /// <summary>The most items.</summary>
    public int Maximum { get; } = maximum;

    /// <inheritdoc/>
    public override bool AppliesToItems => false;

    /// <inheritdoc/>
    public override string Description => Maximum == int.MaxValue ? $"at least {Items(Minimum)}"
        : Minimum == Maximum ? $"exactly {Items(Minimum)}" : $"{Minimum} to {Items(Maximum)}";

    /// <inheritdoc/>
    public override bool Allows(object value)
    {
        int count = ((IEnumerable)value).Cast<object?>().Count();
        return count >= Minimum && count <= Maximum;
    }

    private static string Items(int count) => count == 1 ? "1 item" : $"{count} items";
}
