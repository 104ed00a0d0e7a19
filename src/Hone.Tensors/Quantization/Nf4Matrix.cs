using Hone.Tensors.Errors;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Quantization;

/// <summary>A weight matrix in 4-bit NormalFloat, as frozen bases are held while LoRA trains on them: 4.5 bits a weight.</summary>
/// <remarks>Blocks run through the matrix row by row, across the ends of rows; <see cref="Nf4Codec"/> says what is in them.</remarks>
public sealed class Nf4Matrix : IDisposable
{
    private Nf4Matrix(int rows, int columns, Tensor scales, Tensor indices)
    {
        Rows = rows;
        Columns = columns;
        Scales = scales;
        Indices = indices;
    }

    /// <summary>Rows of the matrix.</summary>
    public int Rows { get; }

    /// <summary>Weights in a row.</summary>
    public int Columns { get; }

    /// <summary>Scales, f32 <c>[blocks]</c>.</summary>
    public Tensor Scales { get; }

    /// <summary>Indices, u8 <c>[blocks, 32]</c>.</summary>
    public Tensor Indices { get; }

    /// <summary>Rounds a matrix; pages of a mapped file that held it leave this process's memory.</summary>
    /// <param name="weights"><c>[rows, columns]</c>, any floating-point type.</param>
    /// <exception cref="ShapeMismatchException">The weights are no matrix.</exception>
    /// <exception cref="NonFiniteException">A weight is NaN or infinite.</exception>
    public static unsafe Nf4Matrix Quantize(Tensor weights)
    {
        OpGuard.RequireFloat("nf4", weights, "the matrix");
        OpGuard.RequireShape("nf4", weights.Rank == 2, "only matrices are quantized.", $"{weights}", "A linear layer's weight is [out, in].");
        using Tensor dense = Strided.Contiguous(Strided.Cast(weights, DType.F32)).Detach();
        long count = dense.ElementCount, blocks = Nf4Codec.BlocksOf(count);
        Tensor scales = Tensor.Empty(DType.F32, new Shape(checked((int)blocks))), indices = Tensor.Empty(DType.U8, new Shape((int)blocks, Nf4Codec.BlockBytes));
        float* from = dense.Pointer<float>(), scale = scales.Pointer<float>();
        byte* index = indices.Address;
        ComputeThreads.ForRange(blocks, 64, (begin, end) =>
        {
            for (long block = begin; block < end; block++)
            {
                long first = block * Nf4Codec.BlockLength; // below count, which the last block may end at early
                var values = new ReadOnlySpan<float>(from + first, (int)Math.Min(Nf4Codec.BlockLength, count - first));
                scale[block] = Nf4Codec.Quantize(values, new Span<byte>(index + (block * Nf4Codec.BlockBytes), Nf4Codec.BlockBytes));
            }
        });
        weights.Storage.Evict();
        return new Nf4Matrix(weights.Shape[0], weights.Shape[1], scales, indices);
    }

    /// <summary>The weights in f32.</summary>
    /// <returns>f32 <c>[rows, columns]</c>, a copy.</returns>
    public unsafe Tensor Dequantize()
    {
        Tensor result = Tensor.Empty(DType.F32, new Shape(Rows, Columns));
        long count = result.ElementCount;
        float* to = result.Pointer<float>(), scale = Scales.Pointer<float>();
        byte* index = Indices.Address;
        for (long block = 0; block < Nf4Codec.BlocksOf(count); block++)
        {
            long first = block * Nf4Codec.BlockLength; // below count
            Nf4Codec.Dequantize(
                scale[block], new ReadOnlySpan<byte>(index + (block * Nf4Codec.BlockBytes), Nf4Codec.BlockBytes), new Span<float>(to + first, (int)Math.Min(Nf4Codec.BlockLength, count - first)));
        }

        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Scales.Dispose();
        Indices.Dispose();
    }

    /// <summary><c>nf4 [rows, columns]</c>.</summary>
    public override string ToString() => $"nf4 [{Rows}, {Columns}]";
}
