using Hone.Tensors.Errors;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Quantization;

/// <summary>A weight matrix as a checkpoint stores it: rows of blocks, usually a view of a mapped file.</summary>
public sealed class QuantizedMatrix : IDisposable
{
    /// <summary>Wraps the bytes of a matrix; they are disposed with it.</summary>
    /// <param name="format">How the bytes are laid out.</param>
    /// <param name="rows">Rows: features of a linear layer's result, or the vocabulary of an embedding.</param>
    /// <param name="columns">Weights in a row, a whole number of blocks.</param>
    /// <param name="bytes">u8 <c>[rows, bytes of a row]</c>, contiguous.</param>
    /// <exception cref="ShapeMismatchException">The bytes do not fit the format.</exception>
    public QuantizedMatrix(BlockFormat format, int rows, int columns, Tensor bytes)
    {
        bool fits = columns % format.BlockLength == 0 && bytes.DType == DType.U8 && bytes.IsContiguous && bytes.ElementCount == rows * format.RowBytes(columns);
        OpGuard.RequireShape("quantized_matrix", fits, "the bytes do not hold the matrix.", $"{bytes} for [{rows}, {columns}] {format.Name}", $"A row is a whole number of {format.BlockLength}-element blocks of {format.BlockBytes} bytes.");
        Format = format;
        Rows = rows;
        Columns = columns;
        Bytes = bytes;
    }

    /// <summary>How the bytes are laid out.</summary>
    public BlockFormat Format { get; }

    /// <summary>Rows of the matrix.</summary>
    public int Rows { get; }

    /// <summary>Weights in a row.</summary>
    public int Columns { get; }

    /// <summary>u8, contiguous.</summary>
    public Tensor Bytes { get; }

    /// <summary>Size of the stored matrix.</summary>
    public long SizeBytes => Bytes.ElementCount;

    /// <summary>Rounds a matrix to blocks.</summary>
    /// <param name="format">A format that <see cref="BlockCodec.CanQuantize"/> knows.</param>
    /// <param name="weights"><c>[rows, columns]</c>, any floating-point type, contiguous; columns a whole number of blocks.</param>
    /// <exception cref="ShapeMismatchException">The matrix does not fit the format.</exception>
    /// <exception cref="NonFiniteException">A weight is NaN, infinite or too large for the format.</exception>
    public static QuantizedMatrix Quantize(BlockFormat format, Tensor weights)
    {
        OpGuard.RequireFloat("quantize", weights, "the matrix");
        bool fits = weights.Rank == 2 && weights.IsContiguous && weights.Shape[1] % format.BlockLength == 0;
        OpGuard.RequireShape("quantize", fits, "the weights are no matrix of whole blocks.", $"{weights} to {format.Name}", $"Rows are contiguous and a multiple of {format.BlockLength} long.");
        (int rows, int columns) = (weights.Shape[0], weights.Shape[1]);
        Tensor bytes = Tensor.Empty(DType.U8, new Shape(rows, (int)format.RowBytes(columns)));
        ComputeThreads.ForRange(rows, GrainRows(columns), (from, to) =>
        {
            var row = new float[columns];
            for (long r = from; r < to; r++)
            {
                Widen(weights, r, row);
                BlockCodec.Quantize(format, row, RowBytes(bytes, r));
            }
        });
        return new QuantizedMatrix(format, rows, columns, bytes);
    }

    /// <summary>The weights in f32.</summary>
    /// <returns>f32 <c>[rows, columns]</c>, a copy.</returns>
    public unsafe Tensor Dequantize()
    {
        Tensor result = Tensor.Empty(DType.F32, new Shape(Rows, Columns));
        ComputeThreads.ForRange(Rows, GrainRows(Columns), (from, to) =>
        {
            for (long r = from; r < to; r++)
            {
                BlockCodec.Dequantize(Format, RowBytes(Bytes, r), new Span<float>(result.Pointer<float>() + r * Columns, Columns)); // r < Rows
            }
        });
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => Bytes.Dispose();

    /// <summary><c>[rows, columns] q4_0</c>.</summary>
    public override string ToString() => $"{Format.Name} [{Rows}, {Columns}]";

    private static int GrainRows(int columns) => Math.Max(1, 4096 / Math.Max(1, columns)); // about 10 µs of work for a thread

    private static unsafe Span<byte> RowBytes(Tensor bytes, long row)
    {
        int size = (int)(bytes.ElementCount / bytes.Shape[0]); // bytes of a row fit an int because its weights do
        return new Span<byte>(bytes.Address + row * size, size);
    }

    private static unsafe void Widen(Tensor weights, long row, float[] values)
    {
        long first = row * values.Length; // row < rows of the matrix, so that first + values.Length elements exist
        switch (weights.DType)
        {
            case DType.F32:
                new ReadOnlySpan<float>(weights.Pointer<float>() + first, values.Length).CopyTo(values);
                break;
            case DType.BF16:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = weights.Pointer<BFloat16>()[first + i];
                }

                break;
            case DType.F16:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (float)weights.Pointer<Half>()[first + i];
                }

                break;
            default:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (float)weights.Pointer<double>()[first + i];
                }

                break;
        }
    }
}
