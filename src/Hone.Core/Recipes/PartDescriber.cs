using Hone.Core.Registry;

namespace Hone.Core.Recipes;

/// <summary>Builds help texts from options records: types, defaults and limits by reflection, words from their XML documentation.</summary>
/// <param name="registry">Names the parts that defaults refer to.</param>
/// <param name="documentation">Finds the words.</param>
public sealed class PartDescriber(PartRegistry registry, XmlDocumentation documentation)
{
    private const int MaxNesting = 4; // records in records in records; deeper ones are described by their own help

    /// <summary>Describes a registered part.</summary>
    public PartDescription Describe(RegisteredPart part) => new(
        part.Kind,
        part.Name,
        part.Version,
        documentation.Summary(part.Type),
        documentation.Remarks(part.Type),
        IsOptionsRecord(part.Options) ? [.. Keys(part.Options, "", 0)] : []);

    /// <summary>Describes the top level of a recipe.</summary>
    public PartDescription DescribeRecipe() => new(
        "",
        "recipe",
        0,
        documentation.Summary(typeof(Recipe)),
        documentation.Remarks(typeof(Recipe)),
        [
            .. Keys(typeof(Recipe), "", 0),
            new KeyDescription(RecipeLoader.ExtendsKey, ScalarText.Describe(typeof(string)), false, "null", "", "Recipe to build upon, relative to this file; maps merge key by key, everything else is replaced."),
        ]);

    /// <summary>The first sentence of what a part is for.</summary>
    public string Headline(RegisteredPart part)
    {
        string summary = documentation.Summary(part.Type);
        int end = summary.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? summary : summary[..end]).TrimEnd('.');
    }

    private static bool IsOptionsRecord(Type type) => !type.IsAbstract && type.GetConstructor(Type.EmptyTypes) is not null;

    private IEnumerable<KeyDescription> Keys(Type type, string prefix, int nesting)
    {
        OptionSchema schema = OptionSchema.For(type);
        object defaults = schema.CreateDefault();
        foreach (OptionKey key in schema.Keys)
        {
            bool isMap = key.ValueType.IsGenericType && key.ValueType.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>);
            string range = string.Join(", ", key.Constraints.Select(constraint =>
                isMap && constraint.AppliesToKeys ? $"each name {constraint.Description}" : constraint.Description));
            ResolvedNode value = ResolvedDefaults.Describe(key.Property.GetValue(defaults), key.ValueType, registry);
            yield return new KeyDescription(
                prefix + key.Name,
                ResolvedDefaults.DescribeType(key.ValueType),
                key.IsRequired,
                key.IsRequired ? "" : RecipePrinter.PrintInline(value),
                range,
                documentation.Summary(key.Property));
            Type nested = ItemOf(key.ValueType);
            if (nesting < MaxNesting && !ScalarText.Supports(nested) && !nested.IsDefined(typeof(PolymorphicAttribute), inherit: false))
            {
                foreach (KeyDescription below in Keys(nested, $"{prefix}{key.Name}.", nesting + 1))
                {
                    yield return below;
                }
            }
        }
    }

    private static Type ItemOf(Type type) => type.IsGenericType ? ItemOf(type.GetGenericArguments()[^1]) : type;
}
