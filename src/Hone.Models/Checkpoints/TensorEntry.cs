using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Checkpoints;

/// <summary>What a checkpoint says about one of its tensors.</summary>
/// <param name="Name">Key in the names of Hugging Face checkpoints, whatever file it comes from.</param>
/// <param name="Shape">Outermost dimension first.</param>
/// <param name="DType">Element type that loading gives; <see langword="null"/> for blocks, and for types that cannot be loaded.</param>
/// <param name="Format">Block format; <see langword="null"/> for plain elements.</param>
/// <param name="SizeBytes">Bytes in the file.</param>
/// <param name="File">File that holds it.</param>
/// <param name="Offset">Byte in that file at which it begins.</param>
public sealed record TensorEntry(string Name, Shape Shape, DType? DType, BlockFormat? Format, long SizeBytes, string File, long Offset)
{
    private readonly string? _storedType;

    /// <summary>Element type in the file, in lower case: that of <see cref="DType"/> or <see cref="Format"/>, unless the file has one that tensors do not, such as <c>u16</c> or <c>f8_e4m3</c>.</summary>
    public string StoredType
    {
        get => _storedType ?? DType?.Name ?? Format?.Name ?? "unknown";
        init => _storedType = value;
    }
}
