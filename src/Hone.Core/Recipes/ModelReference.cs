namespace Hone.Core.Recipes;

/// <summary>A model: a folder, a file, one of the hub, or one that an earlier stage made.</summary>
[Shorthand(nameof(Path))]
public sealed record ModelReference : FolderReference
{
    /// <summary>Folder of the checkpoint, GGUF file, or ORG/NAME on the hub.</summary>
    public string? Path { get; init; }

    /// <summary>Number format in which the weights are held.</summary>
    public WeightType Dtype { get; init; } = WeightType.Auto;

    /// <inheritdoc/>
    internal override string Noun() => "a model";

    /// <inheritdoc/>
    internal override string? FindPath() => Path;

    /// <inheritdoc/>
    internal override string MarkerFile() => "config.json";
}
