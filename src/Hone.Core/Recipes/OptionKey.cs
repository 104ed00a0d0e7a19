using System.Reflection;

namespace Hone.Core.Recipes;

/// <summary>One key of an options record.</summary>
/// <param name="Name">The key in snake_case.</param>
/// <param name="Property">The property it sets.</param>
/// <param name="IsRequired">Whether a recipe must write it.</param>
/// <param name="IsNullable">Whether it may be null.</param>
/// <param name="Constraints">Limits beyond the type.</param>
internal sealed record OptionKey(string Name, PropertyInfo Property, bool IsRequired, bool IsNullable, IReadOnlyList<ConstraintAttribute> Constraints)
{
    /// <summary>The type of the value, without its nullability.</summary>
    public Type ValueType => Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType;

    internal bool IsStageReference => Property.IsDefined(typeof(StageReferenceAttribute));

    internal InputPathAttribute? InputPath => Property.GetCustomAttribute<InputPathAttribute>();
}
