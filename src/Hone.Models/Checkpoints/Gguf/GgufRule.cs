namespace Hone.Models.Checkpoints.Gguf;

/// <summary>Where a tensor of a GGUF file belongs in a Hugging Face checkpoint.</summary>
/// <param name="Gguf">Name in the file; <c>{i}</c> stands for a layer.</param>
/// <param name="HuggingFace">Key in the checkpoint; <c>{i}</c> stands for a layer, <c>{e}</c> for an expert.</param>
/// <param name="Change">How the values differ.</param>
internal sealed record GgufRule(string Gguf, string HuggingFace, GgufChange Change = GgufChange.None);
