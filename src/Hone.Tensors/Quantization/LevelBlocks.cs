using System.Buffers.Binary;

namespace Hone.Tensors.Quantization;

/// <summary>Blocks whose 4-bit numbers are indices into a fixed table of 16 levels.</summary>
/// <remarks>Source: ggml, <c>ggml-quants.c</c> (iq4_nl, iq4_xs); OCP Microscaling Formats 1.0, section 5.3 (E2M1 elements, E8M0 scales).</remarks>
internal static class LevelBlocks
{
    private const int Half = 16;

    /// <summary>Levels of iq4_nl and iq4_xs: denser around zero, where most weights are.</summary>
    public static ReadOnlySpan<sbyte> NonLinear => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    /// <summary>Twice the values of E2M1, negative ones in the upper half.</summary>
    public static ReadOnlySpan<sbyte> DoubledE2M1 => [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    public static void ReadIQ4NL(ReadOnlySpan<byte> block, Span<float> values) => Look(NonLinear, block[2..], SmallBlocks.ReadHalf(block), values);

    public static void ReadIQ4XS(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = SmallBlocks.ReadHalf(block);
        for (int part = 0; part < 8; part++)
        {
            Look(NonLinear, block.Slice(8 + part * Half, Half), scale * XSScale(block, part), values.Slice(part * 32, 32));
        }
    }

    /// <summary>One of the eight 6-bit scales of an iq4_xs block: four low bits in bytes 4 to 7, two high bits in bytes 2 and 3; stored plus 32.</summary>
    public static int XSScale(ReadOnlySpan<byte> block, int part)
    {
        int high = BinaryPrimitives.ReadUInt16LittleEndian(block[2..]);
        return ((block[4 + part / 2] >> (4 * (part % 2)) & 15) | ((high >> (2 * part) & 3) << 4)) - 32;
    }

    public static void ReadMXFP4(ReadOnlySpan<byte> block, Span<float> values) => Look(DoubledE2M1, block[1..], HalfPowerOfTwo(block[0]), values);

    /// <summary>Writes a block with the largest exponent that leaves the largest weight within the levels.</summary>
    public static void WriteMXFP4(ReadOnlySpan<float> values, Span<byte> block)
    {
        float largest = 0;
        foreach (float value in values)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        // Exponent 2 is that of the largest level, 6; 127 is the bias of an E8M0 scale.
        int exponent = largest > 0 ? Math.Max(0, (int)MathF.Floor(MathF.Log2(largest)) - 2 + 127) : 0;
        float scale = HalfPowerOfTwo((byte)exponent);
        block[0] = (byte)exponent;
        for (int i = 0; i < Half; i++)
        {
            block[1 + i] = (byte)(Nearest(values[i], scale) | (Nearest(values[i + Half], scale) << 4));
        }
    }

    private static void Look(ReadOnlySpan<sbyte> levels, ReadOnlySpan<byte> pairs, float scale, Span<float> values)
    {
        for (int i = 0; i < Half; i++)
        {
            values[i] = scale * levels[pairs[i] & 15];
            values[i + Half] = scale * levels[pairs[i] >> 4];
        }
    }

    /// <summary>The first level at the least distance.</summary>
    private static int Nearest(float value, float scale)
    {
        int best = 0;
        for (int i = 1; i < DoubledE2M1.Length; i++)
        {
            best = MathF.Abs(scale * DoubledE2M1[i] - value) < MathF.Abs(scale * DoubledE2M1[best] - value) ? i : best;
        }

        return best;
    }

    /// <summary>2^(exponent − 128), subnormal for exponents 0 and 1; half the E8M0 value because the levels are doubled.</summary>
    public static float HalfPowerOfTwo(byte exponent) => BitConverter.UInt32BitsToSingle(exponent < 2 ? 0x0020_0000u << exponent : (uint)(exponent - 1) << 23);
}
