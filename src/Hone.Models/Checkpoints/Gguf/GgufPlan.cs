namespace Hone.Models.Checkpoints.Gguf;

/// <summary>A GGUF file that is ready to be written with <see cref="GgufWriter"/>.</summary>
/// <param name="Metadata">Its key-value pairs.</param>
/// <param name="Tensors">Its tensors, under the names of the file.</param>
/// <param name="Notices">What the user should know: settings that the file cannot express, tensors left out, weights that were quantized before.</param>
public sealed record GgufPlan(GgufMetadata Metadata, IReadOnlyList<TensorContent> Tensors, IReadOnlyList<string> Notices);
