namespace Hone.Models.Checkpoints.Gguf;

/// <summary>A metadata key that corresponds to a key of config.json.</summary>
/// <param name="Gguf">Key without the architecture's prefix, e.g. <c>block_count</c>.</param>
/// <param name="HuggingFace">Key of config.json, e.g. <c>num_hidden_layers</c>.</param>
/// <param name="IsRequired">Whether a model cannot be built without it.</param>
/// <param name="IsFloat">Whether the value is a float; an unsigned integer otherwise.</param>
/// <param name="Alternative">Another name by which config.json may call it.</param>
internal sealed record GgufSetting(string Gguf, string HuggingFace, bool IsRequired = false, bool IsFloat = false, string? Alternative = null);
