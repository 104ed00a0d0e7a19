using Hone.Tensors.Errors;

namespace Hone.Tensors.Quantization;

/// <summary>Turns blocks of weights into floats and floats into blocks, one value at a time: the definition of every <see cref="BlockFormat"/> that kernels are checked against.</summary>
/// <remarks>
/// The bytes written are those of ggml's reference for the formats whose encoding is fixed by rounding alone; q4_k and q6_k search their scales
/// for the least squared error, so that another program may choose other bytes.
/// Source: ggml, <c>ggml-common.h</c> (layouts) and <c>ggml-quants.c</c> (rounding).
/// </remarks>
public static class BlockCodec
{
    private delegate void BlockReader(ReadOnlySpan<byte> block, Span<float> values);

    private delegate void BlockWriter(ReadOnlySpan<float> values, Span<byte> block);

    /// <summary>Whether <see cref="Quantize"/> writes the format.</summary>
    public static bool CanQuantize(BlockFormat format) => WriterOf(format) is not null;

    /// <summary>Computes the weights that blocks stand for.</summary>
    /// <param name="format">How the blocks are laid out.</param>
    /// <param name="blocks">A whole number of blocks.</param>
    /// <param name="values">One value for each weight of the blocks.</param>
    /// <exception cref="ArgumentException">The lengths do not belong together.</exception>
    public static void Dequantize(BlockFormat format, ReadOnlySpan<byte> blocks, Span<float> values)
    {
        (int length, int size) = (format.BlockLength, format.BlockBytes);
        RequireFit(format, blocks.Length, values.Length);
        BlockReader read = ReaderOf(format);
        for (int i = 0; i < values.Length / length; i++)
        {
            read(blocks.Slice(i * size, size), values.Slice(i * length, length));
        }
    }

    /// <summary>Rounds weights to blocks.</summary>
    /// <param name="format">A format for which <see cref="CanQuantize"/> holds.</param>
    /// <param name="values">A whole number of blocks' weights.</param>
    /// <param name="blocks">Receives the blocks.</param>
    /// <exception cref="ArgumentException">The lengths do not belong together, or the format is read only.</exception>
    /// <exception cref="NonFiniteException">A weight is NaN or infinite, or so large that a block's f16 scale overflows.</exception>
    public static void Quantize(BlockFormat format, ReadOnlySpan<float> values, Span<byte> blocks)
    {
        (int length, int size) = (format.BlockLength, format.BlockBytes);
        RequireFit(format, blocks.Length, values.Length);
        BlockWriter write = WriterOf(format) ?? throw new ArgumentException($"{format.Name} blocks are read but not written; write q8_0, q4_0, q4_1, q5_0, q5_1, q4_k or q6_k.", nameof(format));
        for (int i = 0; i < values.Length / length; i++)
        {
            ReadOnlySpan<float> block = values.Slice(i * length, length);
            RequireFinite(format, block, i * length);
            write(block, blocks.Slice(i * size, size));
        }
    }

    private static BlockReader ReaderOf(BlockFormat format) => format switch
    {
        BlockFormat.Q4_0 => SmallBlocks.ReadQ4_0,
        BlockFormat.Q4_1 => SmallBlocks.ReadQ4_1,
        BlockFormat.Q5_0 => SmallBlocks.ReadQ5_0,
        BlockFormat.Q5_1 => SmallBlocks.ReadQ5_1,
        BlockFormat.Q8_0 => SmallBlocks.ReadQ8_0,
        BlockFormat.Q2_K => SuperBlocks.ReadQ2,
        BlockFormat.Q3_K => SuperBlocks.ReadQ3,
        BlockFormat.Q4_K => SuperBlocks.ReadQ4,
        BlockFormat.Q5_K => SuperBlocks.ReadQ5,
        BlockFormat.Q6_K => SuperBlocks.ReadQ6,
        BlockFormat.IQ4_NL => LevelBlocks.ReadIQ4NL,
        BlockFormat.IQ4_XS => LevelBlocks.ReadIQ4XS,
        BlockFormat.TQ1_0 => TernaryBlocks.ReadTQ1_0,
        BlockFormat.TQ2_0 => TernaryBlocks.ReadTQ2_0,
        BlockFormat.MXFP4 => LevelBlocks.ReadMXFP4,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "This is no block format."),
    };

    private static BlockWriter? WriterOf(BlockFormat format) => format switch
    {
        BlockFormat.Q4_0 => SmallBlocks.WriteQ4_0,
        BlockFormat.Q4_1 => SmallBlocks.WriteQ4_1,
        BlockFormat.Q5_0 => SmallBlocks.WriteQ5_0,
        BlockFormat.Q5_1 => SmallBlocks.WriteQ5_1,
        BlockFormat.Q8_0 => SmallBlocks.WriteQ8_0,
        BlockFormat.Q4_K => SuperBlockSearch.WriteQ4,
        BlockFormat.Q6_K => SuperBlockSearch.WriteQ6,
        BlockFormat.TQ1_0 => TernaryBlocks.WriteTQ1_0,
        BlockFormat.TQ2_0 => TernaryBlocks.WriteTQ2_0,
        BlockFormat.MXFP4 => LevelBlocks.WriteMXFP4,
        _ => null,
    };

    private static void RequireFit(BlockFormat format, int bytes, int values)
    {
        if (values % format.BlockLength != 0 || bytes != format.RowBytes(values))
        {
            throw new ArgumentException($"{format.Name}: {bytes} bytes do not hold {values} weights; a block has {format.BlockLength} weights in {format.BlockBytes} bytes.", nameof(values));
        }
    }

    private static void RequireFinite(BlockFormat format, ReadOnlySpan<float> block, int first)
    {
        for (int i = 0; i < block.Length; i++)
        {
            if (!float.IsFinite(block[i]))
            {
                throw new NonFiniteException(
                    $"{format.Name}: a weight cannot be quantized.",
                    OpContext.Describe("quantize"),
                    $"element {first + i} is {block[i]}",
                    "Quantize a checkpoint whose weights are finite.");
            }
        }
    }
}
