using System.Buffers.Binary;
using Hone.Tensors.Kernels.Cpu.Quantized;
using Hone.Tensors.Quantization;

namespace Hone.Tensors.Tests.Kernels.Cpu.Quantized;

/// <summary>A random quantized weight of any format, rows of activations, and their product one element at a time.</summary>
internal sealed class QuantizedCase
{
    private readonly byte[] _bytes;

    public QuantizedCase(BlockFormat format, int rows, int columns, int seed = 1)
    {
        (Format, Rows, Columns) = (format, rows, columns);
        _bytes = new byte[rows * format.RowBytes(columns)];
        var random = new Random(seed);
        random.NextBytes(_bytes);
        for (int at = 0; at < _bytes.Length; at += format.BlockBytes)
        {
            Span<byte> block = _bytes.AsSpan(at, format.BlockBytes);
            foreach (int offset in HalfOffsets(format))
            {
                BinaryPrimitives.WriteHalfLittleEndian(block[offset..], (Half)((random.NextDouble() - 0.5) / 50));
            }

            if (format == BlockFormat.MXFP4)
            {
                block[0] = (byte)random.Next(110, 125);
            }
        }

        Weights = new float[rows * columns];
        BlockCodec.Dequantize(format, _bytes, Weights);
    }

    public BlockFormat Format { get; }

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>The weights that the blocks stand for.</summary>
    public float[] Weights { get; }

    /// <summary>The blocks, which a test may change before it makes a matrix of them.</summary>
    public Span<byte> Bytes => _bytes;

    public static TheoryData<BlockFormat> Formats => new(Enum.GetValues<BlockFormat>());

    /// <summary>Where a block keeps its f16 numbers.</summary>
    public static int[] HalfOffsets(BlockFormat format) => format switch
    {
        BlockFormat.Q4_1 or BlockFormat.Q5_1 or BlockFormat.Q4_K or BlockFormat.Q5_K => [0, 2],
        BlockFormat.Q2_K => [80, 82],
        BlockFormat.MXFP4 => [],
        BlockFormat.Q3_K or BlockFormat.Q6_K or BlockFormat.TQ1_0 or BlockFormat.TQ2_0 => [format.BlockBytes - 2],
        _ => [0],
    };

    public QuantizedMatrix Matrix() => new(Format, Rows, Columns, Tensor.From(_bytes, Rows, (int)Format.RowBytes(Columns)));

    public float[] Activations(int rows, int seed = 5)
    {
        var random = new Random(seed);
        var x = new float[rows * Columns];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = (float)(((random.NextDouble() * 2) - 1) * Math.Exp((i / 32 % 7) - 3));
        }

        return x;
    }

    /// <summary>The product in f64, of the activations themselves or of what they are rounded to.</summary>
    /// <param name="x">Activations.</param>
    /// <param name="rounds">Whether to round them as the kernels do.</param>
    /// <param name="magnitude">Receives Σ |x·w| of each element.</param>
    public double[] Product(float[] x, bool rounds, out double[] magnitude)
    {
        int rows = x.Length / Columns;
        var y = new double[rows * Rows];
        magnitude = new double[rows * Rows];
        for (int r = 0; r < rows; r++)
        {
            double[] row = Array.ConvertAll(x[(r * Columns)..((r + 1) * Columns)], v => (double)v);
            if (rounds)
            {
                Round(row);
            }

            for (int n = 0; n < Rows; n++)
            {
                for (int k = 0; k < Columns; k++)
                {
                    double term = row[k] * Weights[(n * Columns) + k];
                    y[(r * Rows) + n] += term;
                    magnitude[(r * Rows) + n] += Math.Abs(term);
                }
            }
        }

        return y;
    }

    private void Round(double[] row)
    {
        var scheme = QuantizedScheme.Of(Format);
        float levels = scheme.Levels == LevelWidth.Nibble ? 127 : 32_767;
        for (int first = 0; first < row.Length; first += scheme.Group)
        {
            float max = (float)row.AsSpan(first, scheme.Group).ToArray().Max(Math.Abs);
            for (int i = first; i < first + scheme.Group && max > 0; i++)
            {
                row[i] = MathF.Round((float)row[i] * (levels / max), MidpointRounding.ToEven) * (double)(max / levels);
            }
        }
    }
}
