using Hone.Tensors.Errors;

namespace Hone.Tensors.Quantization;

/// <summary>4-bit NormalFloat: weights as indices into 16 levels between −1 and 1, times the largest magnitude of their block of 64.</summary>
/// <remarks>
/// <para>The levels are quantiles of a normal distribution, as weights are nearly normal: each is used about equally often, which is the best that 4 bits can
/// carry. They are not evenly spaced, so products compute with f32 weights and not with the indices; training through them loses little, as the gradient
/// passes the very values that the forward pass used, and LoRA learns what rounding took away.</para>
/// <para>Here a block is one f32 and 32 bytes: byte i holds index i in its low half and index 32 + i in its high one. bitsandbytes orders its halves otherwise;
/// levels, block length, scale and rounding are the same, so that the same weights come back. Double quantization of the scales, which would save another
/// 0.4 bits, is left out.</para>
/// <para>Source: Dettmers et al. 2023, "QLoRA", arXiv:2305.14314, section 3 and appendix E; bitsandbytes 0.46, <c>csrc/kernels.cu</c> (dQuantizeNF4) for the
/// order of comparisons at the middle between two levels.</para>
/// </remarks>
public static class Nf4Codec
{
    /// <summary>Weights of a block; the last one of a matrix may have fewer.</summary>
    public const int BlockLength = 64;

    /// <summary>Bytes of a block's indices.</summary>
    public const int BlockBytes = BlockLength / 2;

    private const int Zero = 7; // index of the level 0

    /// <summary>The 16 levels in rising order.</summary>
    public static ReadOnlySpan<float> Levels =>
    [
        -1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
        0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f,
    ];

    /// <summary>Number of blocks of so many weights.</summary>
    public static long BlocksOf(long weights) => (weights + BlockLength - 1) / BlockLength;

    /// <summary>Rounds a block of weights.</summary>
    /// <param name="values">1 to 64 weights.</param>
    /// <param name="indices">Receives <see cref="BlockBytes"/> bytes; what the block does not have is 0.</param>
    /// <returns>The block's scale: its largest magnitude.</returns>
    /// <exception cref="NonFiniteException">A weight is NaN or infinite.</exception>
    public static float Quantize(ReadOnlySpan<float> values, Span<byte> indices)
    {
        float scale = 0;
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
            {
                throw new NonFiniteException("nf4: a weight cannot be quantized.", OpContext.Describe("quantize"), $"a weight is {value}", "Quantize a checkpoint whose weights are finite.");
            }

            scale = MathF.Max(scale, MathF.Abs(value));
        }

        indices[..BlockBytes].Fill(Zero | (Zero << 4));
        for (int i = 0; i < values.Length; i++)
        {
            int index = scale > 0 ? Nearest(values[i] / scale) : Zero;
            ref byte pair = ref indices[i % BlockBytes];
            pair = (byte)(i < BlockBytes ? (pair & 0xf0) | index : (pair & 0x0f) | (index << 4));
        }

        return scale;
    }

    /// <summary>The weights that a block stands for.</summary>
    /// <param name="scale">The block's scale.</param>
    /// <param name="indices"><see cref="BlockBytes"/> bytes.</param>
    /// <param name="values">Receives up to 64 weights.</param>
    public static void Dequantize(float scale, ReadOnlySpan<byte> indices, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = scale * Levels[i < BlockBytes ? indices[i] & 15 : indices[i - BlockBytes] >> 4];
        }
    }

    /// <summary>The level nearest to a number between −1 and 1; in the very middle the lower one.</summary>
    private static int Nearest(float value)
    {
        int index = 0;
        while (index < Levels.Length - 1 && value > (Levels[index] + Levels[index + 1]) / 2)
        {
            index++;
        }

        return index;
    }
}
