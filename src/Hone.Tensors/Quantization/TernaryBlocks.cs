namespace Hone.Tensors.Quantization;

/// <summary>Blocks of 256 weights that are −1, 0 or 1 times one scale.</summary>
/// <remarks>
/// tq1_0 packs five weights in base 3 into a byte, scaled to 0–255 so that a multiplication by 3 brings each digit to the top;
/// tq2_0 gives each weight two bits. Source: ggml, <c>ggml-quants.c</c>.
/// </remarks>
internal static class TernaryBlocks
{
    private const int Length = 256;
    private const int Tq1Packed = 48; // bytes with five digits each; four more bytes hold four digits each

    /// <summary>Bytes of a tq1_0 block that are interleaved: first byte, number of bytes, digits in each, first weight.</summary>
    private static readonly (int Start, int Count, int Digits, int First)[] s_groups = [(0, 32, 5, 0), (32, 16, 5, 160), (48, 4, 4, 240)];

    public static void ReadTQ1_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = SmallBlocks.ReadHalf(block[(Tq1Packed + 4)..]);
        foreach ((int start, int count, int digits, int first) in s_groups)
        {
            for (int m = 0; m < count; m++)
            {
                byte rest = block[start + m];
                for (int n = 0; n < digits; n++)
                {
                    values[first + n * count + m] = ((rest * 3 >> 8) - 1) * scale;
                    rest = (byte)(rest * 3);
                }
            }
        }
    }

    public static void WriteTQ1_0(ReadOnlySpan<float> values, Span<byte> block)
    {
        float scale = Largest(values);
        float inverse = SmallBlocks.Inverse(scale);
        foreach ((int start, int count, int digits, int first) in s_groups)
        {
            for (int m = 0; m < count; m++)
            {
                int packed = 0;
                for (int n = 0; n < 5; n++)
                {
                    packed = packed * 3 + (n < digits ? Digit(values[first + n * count + m] * inverse) : 0);
                }

                block[start + m] = (byte)((packed * 256 + 242) / 243); // rounded up, so that truncation gives the digits back
            }
        }

        SmallBlocks.WriteHalf(block[(Tq1Packed + 4)..], scale);
    }

    public static void ReadTQ2_0(ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = SmallBlocks.ReadHalf(block[(Length / 4)..]);
        for (int i = 0; i < Length; i++)
        {
            values[i] = ((block[Tq2Byte(i)] >> Tq2Shift(i) & 3) - 1) * scale;
        }
    }

    public static void WriteTQ2_0(ReadOnlySpan<float> values, Span<byte> block)
    {
        float scale = Largest(values);
        float inverse = SmallBlocks.Inverse(scale);
        block.Clear();
        for (int i = 0; i < Length; i++)
        {
            block[Tq2Byte(i)] |= (byte)(Digit(values[i] * inverse) << Tq2Shift(i));
        }

        SmallBlocks.WriteHalf(block[(Length / 4)..], scale);
    }

    /// <summary>Each half of the block has 32 bytes; weights 0–31 of the half are their lowest bits, 32–63 the next ones.</summary>
    private static int Tq2Byte(int index) => index / 128 * 32 + index % 32;

    private static int Tq2Shift(int index) => index % 128 / 32 * 2;

    private static int Digit(float ratio) => (int)MathF.Round(ratio, MidpointRounding.AwayFromZero) + 1;

    private static float Largest(ReadOnlySpan<float> values)
    {
        float largest = 0;
        foreach (float value in values)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        return largest;
    }
}
