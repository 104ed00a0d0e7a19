using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>A tensor type of GGUF files.</summary>
/// <param name="Number">As files write it.</param>
/// <param name="Name">As GGUF tools write it, in lower case.</param>
/// <param name="BlockLength">Elements of a block; 1 for plain elements.</param>
/// <param name="BlockBytes">Bytes of a block.</param>
/// <param name="Loaded">Element type of the tensor that it is read into; <see langword="null"/> for blocks.</param>
/// <param name="Format">Block format; <see langword="null"/> for plain elements and for blocks that cannot be read.</param>
/// <remarks>Types without <paramref name="Loaded"/> and <paramref name="Format"/> can be listed and copied but not read. Source: ggml, <c>ggml.h</c>, enum ggml_type.</remarks>
internal sealed record GgufTensorType(int Number, string Name, int BlockLength, int BlockBytes, DType? Loaded, BlockFormat? Format)
{
    private static readonly GgufTensorType[] s_all =
    [
        new(0, "f32", 1, 4, DType.F32, null),
        new(1, "f16", 1, 2, DType.F16, null),
        new(24, "i8", 1, 1, DType.I32, null),
        new(25, "i16", 1, 2, DType.I32, null),
        new(26, "i32", 1, 4, DType.I32, null),
        new(27, "i64", 1, 8, DType.I64, null),
        new(28, "f64", 1, 8, DType.F64, null),
        new(30, "bf16", 1, 2, DType.BF16, null),
        .. Enum.GetValues<BlockFormat>().Select(format => new GgufTensorType((int)format, format.Name, format.BlockLength, format.BlockBytes, null, format)),
        new(9, "q8_1", 32, 36, null, null),
        new(15, "q8_k", 256, 292, null, null),
        new(16, "iq2_xxs", 256, 66, null, null),
        new(17, "iq2_xs", 256, 74, null, null),
        new(18, "iq3_xxs", 256, 98, null, null),
        new(19, "iq1_s", 256, 50, null, null),
        new(21, "iq3_s", 256, 110, null, null),
        new(22, "iq2_s", 256, 82, null, null),
        new(29, "iq1_m", 256, 56, null, null),
        new(40, "nvfp4", 64, 36, null, null),
        new(41, "q1_0", 128, 18, null, null),
        new(42, "q2_0", 64, 18, null, null),
    ];

    private static readonly Dictionary<uint, GgufTensorType> s_byNumber = s_all.ToDictionary(type => (uint)type.Number);

    /// <summary>Whether the bytes of a little-endian file are those of the tensor.</summary>
    public bool IsStoredAsLoaded => Loaded is { } dtype && dtype.SizeBytes == BlockBytes;

    /// <summary>The type of that number.</summary>
    public static GgufTensorType? Find(uint number) => s_byNumber.GetValueOrDefault(number);

    /// <summary>The type whose bytes a tensor's elements are.</summary>
    /// <exception cref="ArgumentException">GGUF files hold no such elements.</exception>
    public static GgufTensorType Of(DType dtype) =>
        Array.Find(s_all, type => type.Loaded == dtype && type.IsStoredAsLoaded) ?? throw new ArgumentException($"GGUF files hold no {dtype.Name} tensors.", nameof(dtype));

    /// <summary>The type of blocks of a format.</summary>
    public static GgufTensorType Of(BlockFormat format) => s_byNumber[(uint)format];
}
