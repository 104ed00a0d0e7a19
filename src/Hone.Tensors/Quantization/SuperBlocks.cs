namespace Hone.Tensors.Quantization;

/// <summary>Blocks of 256 weights whose groups of 16 or 32 have scales that are small integers times a scale of the block.</summary>
/// <remarks>Source: ggml, <c>ggml-common.h</c> and <c>ggml-quants.c</c> (dequantize_row_q*_K).</remarks>
internal static class SuperBlocks
{
    /// <summary>Weights of a block.</summary>
    public const int Length = 256;

    public static void ReadQ2(ReadOnlySpan<byte> block, Span<float> values)
    {
        ReadOnlySpan<byte> groups = block[..16];
        ReadOnlySpan<byte> packed = block.Slice(16, 64);
        float scale = SmallBlocks.ReadHalf(block[80..]);
        float minimum = SmallBlocks.ReadHalf(block[82..]);
        for (int i = 0; i < Length; i++)
        {
            byte group = groups[i / 16];
            values[i] = scale * (group & 15) * TwoBits(packed, i) - minimum * (group >> 4);
        }
    }

    public static void ReadQ3(ReadOnlySpan<byte> block, Span<float> values)
    {
        ReadOnlySpan<byte> third = block[..32];
        ReadOnlySpan<byte> packed = block.Slice(32, 64);
        ReadOnlySpan<byte> groups = block.Slice(96, 12);
        float scale = SmallBlocks.ReadHalf(block[108..]);
        for (int i = 0; i < Length; i++)
        {
            int number = TwoBits(packed, i) | (BitPlane(third, i) << 2);
            values[i] = scale * Q3Scale(groups, i / 16) * (number - 4);
        }
    }

    public static void ReadQ4(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = SmallBlocks.ReadHalf(block);
        float minimum = SmallBlocks.ReadHalf(block[2..]);
        for (int i = 0; i < Length; i++)
        {
            (int groupScale, int groupMinimum) = ScaleAndMinimum(block.Slice(4, 12), i / 32);
            values[i] = scale * groupScale * FourBits(block[16..], i) - minimum * groupMinimum;
        }
    }

    public static void ReadQ5(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = SmallBlocks.ReadHalf(block);
        float minimum = SmallBlocks.ReadHalf(block[2..]);
        for (int i = 0; i < Length; i++)
        {
            (int groupScale, int groupMinimum) = ScaleAndMinimum(block.Slice(4, 12), i / 32);
            int number = FourBits(block[48..], i) | (BitPlane(block[16..], i) << 4);
            values[i] = scale * groupScale * number - minimum * groupMinimum;
        }
    }

    public static void ReadQ6(ReadOnlySpan<byte> block, Span<float> values)
    {
        ReadOnlySpan<byte> packed = block[..128];
        ReadOnlySpan<byte> upper = block.Slice(128, 64);
        ReadOnlySpan<byte> groups = block.Slice(192, 16);
        float scale = SmallBlocks.ReadHalf(block[208..]);
        for (int i = 0; i < Length; i++)
        {
            int low = packed[Q6Byte(i)] >> Q6Shift(i) & 15;
            values[i] = scale * (sbyte)groups[i / 16] * ((low | (TwoBits(upper, i) << 4)) - 32);
        }
    }

    /// <summary>Where the low four bits of weight <paramref name="index"/> of a q6_k block stand: 64 bytes for each half of the block, of which the first 64 weights take the low nibbles.</summary>
    public static int Q6Byte(int index) => index / 128 * 64 + index % 64;

    /// <inheritdoc cref="Q6Byte"/>
    public static int Q6Shift(int index) => index % 128 / 64 * 4;

    /// <summary>The byte that holds two bits of weight <paramref name="index"/>: 32 bytes for each half of the block, whose four runs of 32 weights take turns from the lowest bits up.</summary>
    public static int TwoBitByte(int index) => index / 128 * 32 + index % 32;

    /// <inheritdoc cref="TwoBitByte"/>
    public static int TwoBitShift(int index) => index % 128 / 32 * 2;

    /// <summary>The byte that holds four bits of weight <paramref name="index"/>: 32 bytes for every 64 weights, low nibbles first.</summary>
    public static int FourBitByte(int index) => index / 64 * 32 + index % 32;

    /// <inheritdoc cref="FourBitByte"/>
    public static int FourBitShift(int index) => index % 64 / 32 * 4;

    public static int TwoBits(ReadOnlySpan<byte> packed, int index) => packed[TwoBitByte(index)] >> TwoBitShift(index) & 3;

    public static int FourBits(ReadOnlySpan<byte> packed, int index) => packed[FourBitByte(index)] >> FourBitShift(index) & 15;

    /// <summary>The one bit of weight <paramref name="index"/> in 32 bytes: bit k of byte m belongs to weight 32·k + m.</summary>
    public static int BitPlane(ReadOnlySpan<byte> bytes, int index) => bytes[index % 32] >> (index / 32) & 1;

    /// <summary>One of sixteen 6-bit scales of q3_k: four low bits in the first eight bytes, two high bits in the last four; stored plus 32.</summary>
    public static int Q3Scale(ReadOnlySpan<byte> bytes, int group)
    {
        int low = bytes[group % 8] >> (group / 8 * 4) & 15;
        int high = bytes[8 + group % 4] >> (group / 4 * 2) & 3;
        return (low | (high << 4)) - 32;
    }

    /// <summary>One of eight pairs of 6-bit numbers in twelve bytes: the first four pairs take the low six bits of bytes 0–7, the others the nibbles of bytes 8–11 and what is left above.</summary>
    public static (int Scale, int Minimum) ScaleAndMinimum(ReadOnlySpan<byte> bytes, int group) => group < 4
        ? (bytes[group] & 63, bytes[group + 4] & 63)
        : ((bytes[group + 4] & 15) | (bytes[group - 4] >> 6 << 4), (bytes[group + 4] >> 4) | (bytes[group] >> 6 << 4));
}
