using Hone.Tensors.Errors;

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

    /// <inheritdoc/>
    public void Dispose() => Bytes.Dispose();

    /// <summary><c>[rows, columns] q4_0</c>.</summary>
    public override string ToString() => $"{Format.Name} [{Rows}, {Columns}]";
}
