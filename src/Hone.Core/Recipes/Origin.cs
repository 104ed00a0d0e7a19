namespace Hone.Core.Recipes;

/// <summary>Where a resolved value comes from.</summary>
/// <param name="Kind">The kind of source.</param>
/// <param name="Location">The place in the source; <see langword="null"/> for a default.</param>
/// <param name="EnvironmentNames">Environment variables that went into the value.</param>
public sealed record Origin(OriginKind Kind, SourceLocation? Location, IReadOnlyList<string> EnvironmentNames)
{
    /// <summary>The origin of values that no text mentions.</summary>
    public static Origin Default { get; } = new(OriginKind.Default, null, []);

    /// <summary>Gives <c>recipe.yaml:3</c>, <c>base.yaml:7</c>, <c>--set</c> or <c>default</c>, with environment variables behind.</summary>
    public override string ToString()
    {
        string place = Kind switch
        {
            OriginKind.Default => "default",
            OriginKind.Set => "--set",
            _ => $"{Location!.Source.Name}:{Location.Line}", // values of a file always carry their place
        };
        return EnvironmentNames.Count == 0 ? place : $"{place}, env {string.Join(", ", EnvironmentNames)}";
    }

    internal static Origin Of(RecipeNode node) =>
        new(node.Location.Source.Kind, node.Location, node is ScalarNode scalar ? scalar.EnvironmentNames : []);
}
