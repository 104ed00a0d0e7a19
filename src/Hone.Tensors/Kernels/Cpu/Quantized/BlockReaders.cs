using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
        // Formats apart: compiling them all takes a tenth of the time in which a model of one of them is loaded.
        switch (format)
        {
            case BlockFormat.Q8_0:
                ReadBytes(bytes, row);
                break;
            case BlockFormat.Q4_0 or BlockFormat.Q4_1:
                ReadNibbles(bytes, row, hasMinima: format == BlockFormat.Q4_1);
                break;
            default:
                ReadOthers(format, bytes, row);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadBytes(ReadOnlySpan<byte> bytes, LevelRow row)
    {
        const int Size = 2 + Small;
        Span<byte> levels = row.Levels;
        for (int i = 0; levels.Length > 0; i++)
        {
            row.Scales[i] = HalfAt(bytes, 0);
            Vector256.Create(bytes[2..]).CopyTo(levels);
            bytes = bytes[Size..];
            levels = levels[Small..];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadNibbles(ReadOnlySpan<byte> bytes, LevelRow row, bool hasMinima)
    {
        int header = hasMinima ? 4 : 2;
        Span<byte> levels = row.Levels;
        for (int i = 0; levels.Length > 0; i++)
        {
            row.Scales[i] = HalfAt(bytes, 0);
            if (hasMinima)
            {
                row.Minima[i] = HalfAt(bytes, 2);
            }

            Nibbles(bytes[header..], levels);
            bytes = bytes[(header + (Small / 2))..];
            levels = levels[Small..];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadOthers(BlockFormat format, ReadOnlySpan<byte> bytes, LevelRow row)
    {
        (int length, int size) = (format.BlockLength, format.BlockBytes);
        Span<byte> levels = row.Levels;
        for (int i = 0; levels.Length > 0; i++)
        {
            ReadOnlySpan<byte> block = bytes[..size];
            switch (format)
            {
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
                case BlockFormat.IQ4_NL:
                    row.Scales[i] = HalfAt(block, 0);
                    Look(LevelBlocks.NonLinear, block[2..], levels);
                    break;
                case BlockFormat.MXFP4:
                    row.SingleScales[i] = LevelBlocks.HalfPowerOfTwo(block[0]);
                    Look(LevelBlocks.DoubledE2M1, block[1..], levels);
                    break;
                default:
                    ReadSuper(format, block, i, levels[..Super], row);
                    break;
            }

            bytes = bytes[size..];
            levels = levels[length..];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
        Vector128<byte> both = Vector128.Create(pairs), low = Vector128.Create((byte)0x0f);
        (both & low).CopyTo(levels);
        ((both >>> 4) & low).CopyTo(levels[(Small / 2)..]);
    }

    /// <summary>32 bytes for every 64 levels, low halves first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NibblesBy64(ReadOnlySpan<byte> packed, Span<byte> levels)
    {
        Vector256<byte> low = Vector256.Create((byte)0x0f);
        for (int first = 0; first < levels.Length; first += 2 * Small)
        {
            Vector256<byte> both = Vector256.Create(packed[(first / 2)..]);
            (both & low).CopyTo(levels[first..]);
            ((both >>> 4) & low).CopyTo(levels[(first + Small)..]);
        }
    }

    /// <summary>Bit k of byte m is the fifth bit of level 32·k + m.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddFifthPlane(ReadOnlySpan<byte> plane, Span<byte> levels)
    {
        Vector256<byte> bits = Vector256.Create(plane), fifth = Vector256.Create((byte)16);
        for (int k = 0; k < Super / Small; k++)
        {
            Span<byte> to = levels[(k * Small)..];
            (Vector256.Create<byte>(to) | (((bits >>> k) << 4) & fifth)).CopyTo(to);
        }
    }

    /// <summary>The levels of a q6_k block, minus 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadSixBits(ReadOnlySpan<byte> block, Span<byte> levels)
    {
        Vector256<byte> nibble = Vector256.Create((byte)0x0f), upper = Vector256.Create((byte)0x30), offset = Vector256.Create((byte)32);
        for (int half = 0; half < 2; half++)
        {
            Vector256<byte> first = Vector256.Create(block[(64 * half)..]), second = Vector256.Create(block[((64 * half) + Small)..]);
            Vector256<byte> high = Vector256.Create(block[(128 + (Small * half))..]);
            Span<byte> to = levels[(128 * half)..];
            (((first & nibble) | ((high << 4) & upper)) - offset).CopyTo(to);
            (((second & nibble) | ((high << 2) & upper)) - offset).CopyTo(to[Small..]);
            ((((first >>> 4) & nibble) | (high & upper)) - offset).CopyTo(to[(2 * Small)..]);
            ((((second >>> 4) & nibble) | ((high >>> 2) & upper)) - offset).CopyTo(to[(3 * Small)..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddFifthBits(uint bits, Span<byte> levels, int offset)
    {
        // Bit i of the word to byte i: every byte of eight picks its own bit.
        Vector256<byte> spread = Vector256.Shuffle(Vector256.Create(bits).AsByte(), Vector256.Create(
            (byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3));
        Vector256<byte> mask = Vector256.Create(0x8040201008040201).AsByte();
        Vector256<byte> fifth = Vector256.Equals(spread & mask, mask) & Vector256.Create((byte)16);
        ((Vector256.Create<byte>(levels) | fifth) + Vector256.Create((byte)offset)).CopyTo(levels);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Look(ReadOnlySpan<sbyte> table, ReadOnlySpan<byte> pairs, Span<byte> levels)
    {
        for (int i = 0; i < Small / 2; i++)
        {
            levels[i] = (byte)table[pairs[i] & 15];
            levels[i + (Small / 2)] = (byte)table[pairs[i] >> 4];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Half HalfAt(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadHalfLittleEndian(bytes[offset..]);
}
