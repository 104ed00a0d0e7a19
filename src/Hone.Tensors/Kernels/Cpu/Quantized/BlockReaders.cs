using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Hone.Tensors.Quantization;

namespace Hone.Tensors.Kernels.Cpu.Quantized;

/// <summary>Takes the blocks of every format apart into levels, scales and minima.</summary>
/// <remarks>
/// Minima of the formats with blocks of 256 are subtracted there; here they are added, so their f16 changes its sign.
/// Source: ggml, <c>ggml-common.h</c> (layouts); the values are those of <see cref="BlockCodec"/>.
/// </remarks>
internal static class BlockReaders
{
    private const int Small = 32;
    private const int Super = QuantizedScheme.SuperLength;

    /// <summary>Reads a whole row.</summary>
    public static void Read(BlockFormat format, ReadOnlySpan<byte> bytes, LevelRow row)
    {
        (int length, int size) = (format.BlockLength, format.BlockBytes);
        int blocks = row.Levels.Length / length;
        for (int i = 0; i < blocks; i++)
        {
            ReadOnlySpan<byte> block = bytes.Slice(i * size, size);
            Span<byte> levels = row.Levels.AsSpan(i * length, length);
            switch (format)
            {
                case BlockFormat.Q4_0:
                    row.Scales[i] = HalfAt(block, 0);
                    Nibbles(block[2..], levels);
                    break;
                case BlockFormat.Q4_1:
                    (row.Scales[i], row.Minima[i]) = (HalfAt(block, 0), HalfAt(block, 2));
                    Nibbles(block[4..], levels);
                    break;
                case BlockFormat.Q5_0:
                    row.Scales[i] = HalfAt(block, 0);
                    Nibbles(block[6..], levels);
                    AddFifthBits(BinaryPrimitives.ReadUInt32LittleEndian(block[2..]), levels, offset: -16);
                    break;
                case BlockFormat.Q5_1:
                    (row.Scales[i], row.Minima[i]) = (HalfAt(block, 0), HalfAt(block, 2));
                    Nibbles(block[8..], levels);
                    AddFifthBits(BinaryPrimitives.ReadUInt32LittleEndian(block[4..]), levels, offset: 0);
                    break;
                case BlockFormat.Q8_0:
                    row.Scales[i] = HalfAt(block, 0);
                    block[2..].CopyTo(levels);
                    break;
                case BlockFormat.IQ4_NL:
                    row.Scales[i] = HalfAt(block, 0);
                    Look(LevelBlocks.NonLinear, block[2..], levels);
                    break;
                case BlockFormat.MXFP4:
                    row.SingleScales[i] = LevelBlocks.HalfPowerOfTwo(block[0]);
                    Look(LevelBlocks.DoubledE2M1, block[1..], levels);
                    break;
                default:
                    ReadSuper(format, block, i, levels, row);
                    break;
            }
        }
    }

    private static void ReadSuper(BlockFormat format, ReadOnlySpan<byte> block, int index, Span<byte> levels, LevelRow row)
    {
        int firstGroup = index * (Super / (format is BlockFormat.Q2_K or BlockFormat.Q3_K or BlockFormat.Q6_K ? 16 : 32));
        switch (format)
        {
            case BlockFormat.Q2_K:
                (row.Scales[index], row.Minima[index]) = (HalfAt(block, 80), -HalfAt(block, 82));
                for (int g = 0; g < Super / 16; g++)
                {
                    (row.ScaleFactors[firstGroup + g], row.MinimumFactors[firstGroup + g]) = ((sbyte)(block[g] & 15), (sbyte)(block[g] >> 4));
                }

                ReadEach(block, levels, static (b, i) => SuperBlocks.TwoBits(b.Slice(16, 64), i));
                break;
            case BlockFormat.Q3_K:
                row.Scales[index] = HalfAt(block, 108);
                for (int g = 0; g < Super / 16; g++)
                {
                    row.ScaleFactors[firstGroup + g] = (sbyte)SuperBlocks.Q3Scale(block.Slice(96, 12), g);
                }

                ReadEach(block, levels, static (b, i) => SuperBlocks.TwoBits(b.Slice(32, 64), i) | (SuperBlocks.BitPlane(b[..32], i) << 2));
                break;
            case BlockFormat.Q4_K:
                ReadScalesAndMinima(block, index, firstGroup, row);
                NibblesBy64(block[16..], levels);
                break;
            case BlockFormat.Q5_K:
                ReadScalesAndMinima(block, index, firstGroup, row);
                NibblesBy64(block[48..], levels);
                AddFifthPlane(block.Slice(16, Small), levels);
                break;
            case BlockFormat.Q6_K:
                row.Scales[index] = HalfAt(block, 208);
                for (int g = 0; g < Super / 16; g++)
                {
                    row.ScaleFactors[firstGroup + g] = (sbyte)block[192 + g];
                }

                ReadSixBits(block, levels);
                break;
            case BlockFormat.IQ4_XS:
                row.Scales[index] = HalfAt(block, 0);
                for (int g = 0; g < Super / Small; g++)
                {
                    row.ScaleFactors[firstGroup + g] = (sbyte)LevelBlocks.XSScale(block, g);
                    Look(LevelBlocks.NonLinear, block.Slice(8 + (g * (Small / 2)), Small / 2), levels.Slice(g * Small, Small));
                }

                break;
            default:
                Half scale = HalfAt(block, block.Length - sizeof(ushort));
                row.Scales.AsSpan(firstGroup, Super / Small).Fill(scale);
                ReadTernary(format, block, levels);
                break;
        }
    }

    private static void ReadTernary(BlockFormat format, ReadOnlySpan<byte> block, Span<byte> levels)
    {
        // The codec's values for a scale of 1 are the digits minus 1.
        Span<byte> unit = stackalloc byte[format.BlockBytes];
        Span<float> values = stackalloc float[Super];
        block.CopyTo(unit);
        BinaryPrimitives.WriteHalfLittleEndian(unit[^2..], (Half)1f);
        BlockCodec.Dequantize(format, unit, values);
        for (int i = 0; i < Super; i++)
        {
            levels[i] = (byte)(values[i] + 1);
        }
    }

    private static void ReadScalesAndMinima(ReadOnlySpan<byte> block, int index, int firstGroup, LevelRow row)
    {
        (row.Scales[index], row.Minima[index]) = (HalfAt(block, 0), -HalfAt(block, 2));
        for (int g = 0; g < Super / Small; g++)
        {
            (int scale, int minimum) = SuperBlocks.ScaleAndMinimum(block.Slice(4, 12), g);
            (row.ScaleFactors[firstGroup + g], row.MinimumFactors[firstGroup + g]) = ((sbyte)scale, (sbyte)minimum);
        }
    }

    private delegate int LevelAt(ReadOnlySpan<byte> block, int index);

    private static void ReadEach(ReadOnlySpan<byte> block, Span<byte> levels, LevelAt level)
    {
        for (int i = 0; i < levels.Length; i++)
        {
            levels[i] = (byte)level(block, i);
        }
    }

    /// <summary>16 bytes whose low halves are levels 0 to 15 and whose high halves are 16 to 31.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Nibbles(ReadOnlySpan<byte> pairs, Span<byte> levels)
    {
        for (int i = 0; i < Small / 2; i += sizeof(ulong))
        {
            ulong eight = BinaryPrimitives.ReadUInt64LittleEndian(pairs[i..]);
            BinaryPrimitives.WriteUInt64LittleEndian(levels[i..], eight & 0x0f0f0f0f0f0f0f0f);
            BinaryPrimitives.WriteUInt64LittleEndian(levels[(i + (Small / 2))..], (eight >> 4) & 0x0f0f0f0f0f0f0f0f);
        }
    }

    /// <summary>32 bytes for every 64 levels, low halves first.</summary>
    private static void NibblesBy64(ReadOnlySpan<byte> packed, Span<byte> levels)
    {
        for (int first = 0; first < levels.Length; first += 2 * Small)
        {
            ReadOnlySpan<byte> pairs = packed.Slice(first / 2, Small);
            for (int i = 0; i < Small; i++)
            {
                levels[first + i] = (byte)(pairs[i] & 15);
                levels[first + Small + i] = (byte)(pairs[i] >> 4);
            }
        }
    }

    /// <summary>Bit k of byte m is the fifth bit of level 32·k + m.</summary>
    private static void AddFifthPlane(ReadOnlySpan<byte> plane, Span<byte> levels)
    {
        for (int i = 0; i < levels.Length; i++)
        {
            levels[i] |= (byte)((plane[i % Small] >> (i / Small) & 1) << 4);
        }
    }

    /// <summary>The levels of a q6_k block, minus 32.</summary>
    private static void ReadSixBits(ReadOnlySpan<byte> block, Span<byte> levels)
    {
        for (int half = 0; half < 2; half++)
        {
            ReadOnlySpan<byte> low = block.Slice(64 * half, 64), high = block.Slice(128 + (Small * half), Small);
            Span<byte> to = levels.Slice(128 * half, 128);
            for (int i = 0; i < Small; i++)
            {
                to[i] = (byte)(((low[i] & 15) | (high[i] & 3) << 4) - 32);
                to[i + 32] = (byte)(((low[i + 32] & 15) | (high[i] >> 2 & 3) << 4) - 32);
                to[i + 64] = (byte)((low[i] >> 4 | (high[i] >> 4 & 3) << 4) - 32);
                to[i + 96] = (byte)((low[i + 32] >> 4 | high[i] >> 6 << 4) - 32);
            }
        }
    }

    private static void AddFifthBits(uint bits, Span<byte> levels, int offset)
    {
        for (int i = 0; i < Small; i++)
        {
            levels[i] = (byte)((levels[i] | (int)(bits >> i & 1) << 4) + offset);
        }
    }

    private static void Look(ReadOnlySpan<sbyte> table, ReadOnlySpan<byte> pairs, Span<byte> levels)
    {
        for (int i = 0; i < Small / 2; i++)
        {
            levels[i] = (byte)table[pairs[i] & 15];
            levels[i + (Small / 2)] = (byte)table[pairs[i] >> 4];
        }
    }

    private static Half HalfAt(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadHalfLittleEndian(bytes[offset..]);
}
