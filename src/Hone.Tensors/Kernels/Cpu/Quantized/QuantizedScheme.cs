using Hone.Tensors.Quantization;

namespace Hone.Tensors.Kernels.Cpu.Quantized;

/// <summary>What a block format becomes when it is packed: <c>weight = scale·(level + Offset) + minimum</c> with one scale a group, the same numbers as before.</summary>
/// <param name="Levels">Width of the integers.</param>
/// <param name="Group">Weights that share a scale: 16 or 32.</param>
/// <param name="Offset">Added to every level.</param>
/// <param name="Scales">Encoding of the scales and minima.</param>
/// <param name="HasMinima">Whether groups have minima.</param>
internal readonly record struct QuantizedScheme(LevelWidth Levels, int Group, int Offset, ScaleEncoding Scales, bool HasMinima)
{
    /// <summary>Weights that share an f16 with <see cref="ScaleEncoding.HalfTimesByte"/>.</summary>
    public const int SuperLength = 256;

    /// <summary>The scheme of a format.</summary>
    /// <remarks>
    /// Bits a weight in memory: q4_0, tq1_0 and tq2_0 4.5, q4_1 5, q4_k 4.63, q2_k 5.13, q3_k 4.56, q5_0, q8_0 and iq4_nl 8.5, q5_1 9, q5_k 8.63, q6_k 8.56,
    /// iq4_xs 8.31, mxfp4 9: formats of 5 and 6 bits and tables of levels are multiplied as bytes.
    /// </remarks>
    public static QuantizedScheme Of(BlockFormat format) => format switch
    {
        BlockFormat.Q4_0 => new(LevelWidth.Nibble, 32, -8, ScaleEncoding.Half, false),
        BlockFormat.Q4_1 => new(LevelWidth.Nibble, 32, 0, ScaleEncoding.Half, true),
        BlockFormat.Q5_0 => new(LevelWidth.Byte, 32, 0, ScaleEncoding.Half, false),
        BlockFormat.Q5_1 => new(LevelWidth.Byte, 32, 0, ScaleEncoding.Half, true),
        BlockFormat.Q8_0 => new(LevelWidth.Byte, 32, 0, ScaleEncoding.Half, false),
        BlockFormat.Q2_K => new(LevelWidth.Nibble, 16, 0, ScaleEncoding.HalfTimesByte, true),
        BlockFormat.Q3_K => new(LevelWidth.Nibble, 16, -4, ScaleEncoding.HalfTimesByte, false),
        BlockFormat.Q4_K => new(LevelWidth.Nibble, 32, 0, ScaleEncoding.HalfTimesByte, true),
        BlockFormat.Q5_K => new(LevelWidth.Byte, 32, 0, ScaleEncoding.HalfTimesByte, true),
        BlockFormat.Q6_K => new(LevelWidth.Byte, 16, 0, ScaleEncoding.HalfTimesByte, false),
        BlockFormat.IQ4_NL => new(LevelWidth.Byte, 32, 0, ScaleEncoding.Half, false),
        BlockFormat.IQ4_XS => new(LevelWidth.Byte, 32, 0, ScaleEncoding.HalfTimesByte, false),
        BlockFormat.TQ1_0 or BlockFormat.TQ2_0 => new(LevelWidth.Nibble, 32, -1, ScaleEncoding.Half, false),
        BlockFormat.MXFP4 => new(LevelWidth.Byte, 32, 0, ScaleEncoding.Single, false),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "This is no block format."),
    };
}
