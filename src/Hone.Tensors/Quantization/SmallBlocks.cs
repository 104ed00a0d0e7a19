using System.Buffers.Binary;
using Hone.Tensors.Errors;

namespace Hone.Tensors.Quantization;

/// <summary>Blocks of 32 integers with one scale, and a minimum in the formats that end in 1.</summary>
/// <remarks>
/// The low halves of the packed bytes are weights 0–15, the high halves 16–31; a fifth bit of all 32 stands in a word of its own.
/// Divisions are by the f32 scale before it is rounded to f16. Source: ggml, <c>ggml-quants.c</c>, quantize_row_q*_ref.
/// </remarks>
internal static class SmallBlocks
{
    private const int Length = 32;
    private const int HalfLength = Length / 2;

    public static void ReadQ8_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = ReadHalf(block);
        for (int i = 0; i < Length; i++)
        {
            values[i] = (sbyte)block[2 + i] * scale;
        }
    }

    public static void WriteQ8_0(ReadOnlySpan<float> values, Span<byte> block)
    {
        float largest = 0;
        foreach (float value in values)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        float scale = largest / 127;
        float inverse = Inverse(scale);
        WriteHalf(block, scale);
        for (int i = 0; i < Length; i++)
        {
            block[2 + i] = (byte)(sbyte)MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero);
        }
    }

    public static void ReadQ4_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = ReadHalf(block);
        for (int i = 0; i < HalfLength; i++)
        {
            byte pair = block[2 + i];
            values[i] = ((pair & 15) - 8) * scale;
            values[i + HalfLength] = ((pair >> 4) - 8) * scale;
        }
    }

    public static void WriteQ4_0(ReadOnlySpan<float> values, Span<byte> block)
    {
        float scale = Extreme(values) / -8;
        float inverse = Inverse(scale);
        WriteHalf(block, scale);
        for (int i = 0; i < HalfLength; i++)
        {
            block[2 + i] = (byte)(Truncate(values[i] * inverse + 8.5f, 15) | (Truncate(values[i + HalfLength] * inverse + 8.5f, 15) << 4));
        }
    }

    public static void ReadQ4_1(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = ReadHalf(block);
        float minimum = ReadHalf(block[2..]);
        for (int i = 0; i < HalfLength; i++)
        {
            byte pair = block[4 + i];
            values[i] = (pair & 15) * scale + minimum;
            values[i + HalfLength] = (pair >> 4) * scale + minimum;
        }
    }

    public static void WriteQ4_1(ReadOnlySpan<float> values, Span<byte> block)
    {
        (float minimum, float maximum) = Range(values);
        float scale = (maximum - minimum) / 15;
        float inverse = Inverse(scale);
        WriteHalf(block, scale);
        WriteHalf(block[2..], minimum);
        for (int i = 0; i < HalfLength; i++)
        {
            block[4 + i] = (byte)(Truncate((values[i] - minimum) * inverse + 0.5f, 15) | (Truncate((values[i + HalfLength] - minimum) * inverse + 0.5f, 15) << 4));
        }
    }

    public static void ReadQ5_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = ReadHalf(block);
        uint fifth = BinaryPrimitives.ReadUInt32LittleEndian(block[2..]);
        for (int i = 0; i < HalfLength; i++)
        {
            byte pair = block[6 + i];
            values[i] = (((pair & 15) | FifthBit(fifth, i)) - 16) * scale;
            values[i + HalfLength] = (((pair >> 4) | FifthBit(fifth, i + HalfLength)) - 16) * scale;
        }
    }

    public static void WriteQ5_0(ReadOnlySpan<float> values, Span<byte> block)
    {
        float scale = Extreme(values) / -16;
        float inverse = Inverse(scale);
        WriteHalf(block, scale);
        uint fifth = 0;
        for (int i = 0; i < HalfLength; i++)
        {
            int low = Truncate(values[i] * inverse + 16.5f, 31);
            int high = Truncate(values[i + HalfLength] * inverse + 16.5f, 31);
            block[6 + i] = (byte)((low & 15) | ((high & 15) << 4));
            fifth |= ((uint)low >> 4 << i) | ((uint)high >> 4 << (i + HalfLength));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(block[2..], fifth);
    }

    public static void ReadQ5_1(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = ReadHalf(block);
        float minimum = ReadHalf(block[2..]);
        uint fifth = BinaryPrimitives.ReadUInt32LittleEndian(block[4..]);
        for (int i = 0; i < HalfLength; i++)
        {
            byte pair = block[8 + i];
            values[i] = ((pair & 15) | FifthBit(fifth, i)) * scale + minimum;
            values[i + HalfLength] = ((pair >> 4) | FifthBit(fifth, i + HalfLength)) * scale + minimum;
        }
    }

    public static void WriteQ5_1(ReadOnlySpan<float> values, Span<byte> block)
    {
        (float minimum, float maximum) = Range(values);
        float scale = (maximum - minimum) / 31;
        float inverse = Inverse(scale);
        WriteHalf(block, scale);
        WriteHalf(block[2..], minimum);
        uint fifth = 0;
        for (int i = 0; i < HalfLength; i++)
        {
            int low = Truncate((values[i] - minimum) * inverse + 0.5f, 31);
            int high = Truncate((values[i + HalfLength] - minimum) * inverse + 0.5f, 31);
            block[8 + i] = (byte)((low & 15) | ((high & 15) << 4));
            fifth |= ((uint)low >> 4 << i) | ((uint)high >> 4 << (i + HalfLength));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], fifth);
    }

    /// <summary>The f16 that begins <paramref name="bytes"/>.</summary>
    public static float ReadHalf(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    /// <summary>Writes a scale or minimum as f16, rounded to nearest even.</summary>
    /// <exception cref="NonFiniteException">It is too large for an f16.</exception>
    public static void WriteHalf(Span<byte> bytes, float value)
    {
        var rounded = (Half)value;
        if (!Half.IsFinite(rounded))
        {
            throw new NonFiniteException("The weights are too large for a block format.", OpContext.Describe("quantize"), $"a block's scale or minimum is {value}", $"An f16 holds at most {Half.MaxValue}; keep this tensor in f32 or bf16.");
        }

        BinaryPrimitives.WriteHalfLittleEndian(bytes, rounded);
    }

    /// <summary>1 / <paramref name="scale"/>, or 0 for a block of equal weights.</summary>
    public static float Inverse(float scale) => scale == 0 ? 0 : 1 / scale;

    private static int FifthBit(uint bits, int index) => (int)(bits >> index & 1) << 4;

    private static int Truncate(float value, int largest) => Math.Clamp((int)value, 0, largest);

    /// <summary>The first weight of largest magnitude, with its sign.</summary>
    private static float Extreme(ReadOnlySpan<float> values)
    {
        float extreme = 0;
        foreach (float value in values)
        {
            extreme = MathF.Abs(value) > MathF.Abs(extreme) ? value : extreme;
        }

        return extreme;
    }

    private static (float Minimum, float Maximum) Range(ReadOnlySpan<float> values)
    {
        (float minimum, float maximum) = (values[0], values[0]);
        foreach (float value in values)
        {
            minimum = MathF.Min(minimum, value);
            maximum = MathF.Max(maximum, value);
        }

        return (minimum, maximum);
    }
}
