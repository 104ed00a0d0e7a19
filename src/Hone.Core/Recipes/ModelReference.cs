namespace Hone.Core.Recipes;

/// <summary>The model a recipe starts from.</summary>
[Shorthand(nameof(Path))]
public sealed record ModelReference
{
    /// <summary>Folder of the checkpoint, GGUF file, or hub id.</summary>
    public required string Path { get; init; }

    /// <summary>Number format in which the weights are held.</summary>
    public WeightType Dtype { get; init; } = WeightType.Auto;
}
