#pragma warning disable CA1707 // The formats' names are written with underscores everywhere.

namespace Hone.Tensors.Quantization;

/// <summary>Formats in which a row of weights is stored as blocks of small integers with shared scales; the values are the type numbers of GGUF files.</summary>
/// <remarks>Source: ggml, <c>ggml.h</c> (enum ggml_type) and <c>ggml-common.h</c> (the block structures).</remarks>
public enum BlockFormat
{
    /// <summary>32 signed 4-bit integers and an f16 scale.</summary>
    Q4_0 = 2,

    /// <summary>32 unsigned 4-bit integers, an f16 scale and an f16 minimum.</summary>
    Q4_1 = 3,

    /// <summary>32 signed 5-bit integers and an f16 scale.</summary>
    Q5_0 = 6,

    /// <summary>32 unsigned 5-bit integers, an f16 scale and an f16 minimum.</summary>
    Q5_1 = 7,

    /// <summary>32 signed 8-bit integers and an f16 scale.</summary>
    Q8_0 = 8,

    /// <summary>256 weights of 2 bits, 4-bit scales and minima for every 16.</summary>
    Q2_K = 10,

    /// <summary>256 weights of 3 bits, 6-bit scales for every 16.</summary>
    Q3_K = 11,

    /// <summary>256 weights of 4 bits, 6-bit scales and minima for every 32.</summary>
    Q4_K = 12,

    /// <summary>256 weights of 5 bits, 6-bit scales and minima for every 32.</summary>
    Q5_K = 13,

    /// <summary>256 weights of 6 bits, 8-bit scales for every 16.</summary>
    Q6_K = 14,

    /// <summary>32 indices into a fixed table of 16 levels and an f16 scale.</summary>
    IQ4_NL = 20,

    /// <summary>256 indices into the table of <see cref="IQ4_NL"/>, 6-bit scales for every 32.</summary>
    IQ4_XS = 23,

    /// <summary>256 ternary weights, five to a byte.</summary>
    TQ1_0 = 34,

    /// <summary>256 ternary weights of 2 bits.</summary>
    TQ2_0 = 35,

    /// <summary>32 weights of 4-bit floating point (E2M1) and an 8-bit exponent.</summary>
    MXFP4 = 39,
}
