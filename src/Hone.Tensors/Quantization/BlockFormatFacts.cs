namespace Hone.Tensors.Quantization;

/// <summary>Sizes and names of <see cref="BlockFormat"/> values.</summary>
public static class BlockFormatFacts
{
    extension(BlockFormat format)
    {
        /// <summary>Weights of one block; a row holds a whole number of blocks.</summary>
        public int BlockLength => format is BlockFormat.Q4_0 or BlockFormat.Q4_1 or BlockFormat.Q5_0 or BlockFormat.Q5_1 or BlockFormat.Q8_0
            or BlockFormat.IQ4_NL or BlockFormat.MXFP4
            ? 32
            : 256;

        /// <summary>Bytes of one block.</summary>
        public int BlockBytes => format switch
        {
            BlockFormat.Q4_0 or BlockFormat.IQ4_NL => 18,
            BlockFormat.Q4_1 => 20,
            BlockFormat.Q5_0 => 22,
            BlockFormat.Q5_1 => 24,
            BlockFormat.Q8_0 => 34,
            BlockFormat.Q2_K => 84,
            BlockFormat.Q3_K => 110,
            BlockFormat.Q4_K => 144,
            BlockFormat.Q5_K => 176,
            BlockFormat.Q6_K => 210,
            BlockFormat.IQ4_XS => 136,
            BlockFormat.TQ1_0 => 54,
            BlockFormat.TQ2_0 => 66,
            BlockFormat.MXFP4 => 17,
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "This is no block format."),
        };

        /// <summary>Bytes of a row of weights.</summary>
        /// <param name="columns">Weights in the row, a whole number of blocks.</param>
        public long RowBytes(int columns) => (long)columns / format.BlockLength * format.BlockBytes;

        /// <summary>Name as GGUF tools write it, in lower case: <c>q4_0</c>, <c>q6_k</c>, …</summary>
        public string Name => format.ToString().ToLowerInvariant();
    }
}
