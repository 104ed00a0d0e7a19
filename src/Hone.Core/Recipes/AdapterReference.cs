namespace Hone.Core.Recipes;

/// <summary>A trained adapter in PEFT's format: a folder, or what an earlier stage made.</summary>
[Shorthand(nameof(Path))]
public sealed record AdapterReference : FolderReference
{
    /// <summary>Folder with adapter_config.json and adapter_model.safetensors.</summary>
    [InputPath(AllowsFolder = true)]
    public string? Path { get; init; }

    /// <inheritdoc/>
    internal override string Noun() => "an adapter";

    /// <inheritdoc/>
    internal override string? FindPath() => Path;

    /// <inheritdoc/>
    internal override string MarkerFile() => "adapter_config.json";
}
