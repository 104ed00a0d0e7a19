using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;
using Hone.Tensors.Quantization;

namespace Hone.Tensors;

/// <content>The op <c>embedding</c>.</content>
public static partial class Ops
{
    /// <summary>Looks up one row of a table per index.</summary>
    /// <param name="table"><c>[rows, columns]</c>, any floating-point type.</param>
    /// <param name="indices">i64, any shape, each in [0, rows).</param>
    /// <param name="paddingIndex">Index whose row gets no gradient; none when negative.</param>
    /// <returns><c>[indices…, columns]</c>: of the table's type, except that bf16 and f16 tables give f32, in which activations are computed.</returns>
    /// <remarks><c>y[t] = table[indices[t]], dtable[indices[t]] += g[t]</c>, equal indices in order of t. Source: PyTorch <c>nn.Embedding</c>.</remarks>
    /// <exception cref="ShapeMismatchException">The table is not a matrix, or an index lies outside it.</exception>
    public static unsafe Tensor Embedding(Tensor table, Tensor indices, int paddingIndex = -1)
    {
        OpGuard.RequireFloat("embedding", table, "the table");
        OpGuard.RequireDType("embedding", indices, DType.I64, "the indices");
        OpGuard.RequireShape("embedding", table.Rank == 2, "the table must be a matrix.", $"table {table}", "The table is [vocabulary, hidden].");
        EmbeddingOp.Validate(indices, table.Shape[0]);
        Tensor rows = Strided.Contiguous(table), places = Strided.Contiguous(indices);
        int columns = table.Shape[1];
        Tensor y = Tensor.Empty(table.DType.IsHalfPrecision ? DType.F32 : table.DType, new Shape([.. indices.Shape.Dimensions, columns]));
        if (table.DType != DType.F64 && KernelTable<IEmbeddingKernel>.For(table.Device) is { } kernel)
        {
            kernel.Gather(rows.Address, table.DType, table.Shape[0], columns, places.Pointer<long>(), places.ElementCount, y.Pointer<float>());
        }
        else
        {
            EmbeddingOp.Gather(Strided.Cast(rows, y.DType), places, y);
        }

        return Recorder.Finish("embedding", y, [table], [], EmbeddingOp.Backward, new EmbeddingOp.State(places.ToArray<long>(), paddingIndex));
    }

    /// <summary>Looks up one row of a packed weight per index: an embedding that shares its table with the output head holds it once.</summary>
    /// <param name="table">Packed <c>[rows, columns]</c>; frozen.</param>
    /// <param name="indices">i64, any shape, each in [0, rows).</param>
    /// <returns>f32 (f64 for an f64 table) <c>[indices…, columns]</c>.</returns>
    /// <exception cref="ShapeMismatchException">An index lies outside the table.</exception>
    public static Tensor Embedding(PackedWeight table, Tensor indices)
    {
        OpGuard.RequireDType("embedding", indices, DType.I64, "the indices");
        EmbeddingOp.Validate(indices, table.OutFeatures);
        return EmbeddingOp.Finish(table.Rows(indices.ToArray<long>()), indices);
    }

    /// <summary>Looks up one row of a quantized table per index; only these rows are read from a mapped file.</summary>
    /// <param name="table"><c>[rows, columns]</c>, any block format; frozen.</param>
    /// <param name="indices">i64, any shape, each in [0, rows).</param>
    /// <returns>f32 <c>[indices…, columns]</c>.</returns>
    /// <exception cref="ShapeMismatchException">An index lies outside the table.</exception>
    public static unsafe Tensor Embedding(QuantizedMatrix table, Tensor indices)
    {
        OpGuard.RequireDType("embedding", indices, DType.I64, "the indices");
        EmbeddingOp.Validate(indices, table.Rows);
        long[] rows = indices.ToArray<long>();
        Tensor y = Tensor.Empty(DType.F32, new Shape(rows.Length, table.Columns));
        int rowBytes = checked((int)table.Format.RowBytes(table.Columns));
        for (int t = 0; t < rows.Length; t++)
        {
            BlockCodec.Dequantize(
                table.Format, new ReadOnlySpan<byte>(table.Bytes.Address + (rows[t] * rowBytes), rowBytes),
                new Span<float>(y.Pointer<float>() + ((long)t * table.Columns), table.Columns));
        }

        return EmbeddingOp.Finish(y, indices);
    }
}

[Op("embedding")]
internal sealed unsafe class EmbeddingOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("sequence", [new OpInput([7, 5]), OpInput.Indices([2, 6], 0, 7)], x => Ops.Embedding(x[0], x[1])) { AcceptsHalfPrecision = false },
        new("one index", [new OpInput([3, 17]), OpInput.Indices([], 0, 3)], x => Ops.Embedding(x[0], x[1])) { AcceptsHalfPrecision = false },
        new("repeated", [new OpInput([2, 33]), OpInput.Indices([40], 0, 2)], x => Ops.Embedding(x[0], x[1])) { AcceptsHalfPrecision = false },
        new("no indices", [new OpInput([7, 5]), OpInput.Indices([0], 0, 7)], x => Ops.Embedding(x[0], x[1])) { AcceptsHalfPrecision = false },
    ];

    internal static void Validate(Tensor indices, int rows)
    {
        long[] values = indices.ToArray<long>();
        int wrong = Array.FindIndex(values, value => (ulong)value >= (ulong)rows);
        OpGuard.RequireShape(
            "embedding", wrong < 0, "an index lies outside the table.", $"index {(wrong < 0 ? 0 : values[wrong])} at flat position {wrong}, table of {rows} rows",
            "Token ids must come from the tokenizer that belongs to the model.");
    }

    /// <summary>Gives looked-up rows the shape of their indices.</summary>
    internal static Tensor Finish(Tensor rows, Tensor indices)
    {
        var shape = new Shape([.. indices.Shape.Dimensions, rows.Shape[1]]);
        Tensor y = rows.View(shape, Strided.RowMajor(shape.Dimensions), rows.Offset);
        if (NumericsCheck.IsOn)
        {
            NumericsCheck.Inspect(y, "embedding", "its result");
        }

        return y;
    }

    internal static void Gather(Tensor table, Tensor indices, Tensor y)
    {
        int rowBytes = table.Shape[1] * table.DType.SizeBytes;
        long* places = indices.Pointer<long>();
        for (long t = 0; t < indices.ElementCount; t++)
        {
            Buffer.MemoryCopy((byte*)table.Address + (places[t] * rowBytes), (byte*)y.Address + (t * rowBytes), rowBytes, rowBytes);
        }
    }

    internal static void Backward(BackwardContext context)
    {
        (long[] indices, int paddingIndex) = context.State<State>();
        Shape shape = context.InputShape(0);
        Tensor g = Strided.Contiguous(context.Grad), dTable = Tensor.Zeros(g.DType, shape);
        fixed (long* places = indices)
        {
            if (g.DType == DType.F32 && KernelTable<IEmbeddingKernel>.For(g.Device) is { } kernel)
            {
                kernel.ScatterAdd(g.Pointer<float>(), places, indices.Length, shape[0], shape[1], dTable.Pointer<float>(), paddingIndex);
            }
            else if (g.DType == DType.F32)
            {
                ScatterAdd<float>(g, indices, paddingIndex, dTable);
            }
            else
            {
                ScatterAdd<double>(g, indices, paddingIndex, dTable);
            }
        }

        context.Set(0, Strided.Cast(dTable, context.InputDType(0)));
    }

    private static void ScatterAdd<T>(Tensor g, long[] indices, int paddingIndex, Tensor dTable)
        where T : unmanaged, System.Numerics.IAdditionOperators<T, T, T>
    {
        int columns = dTable.Shape[1];
        T* from = g.Pointer<T>(), to = dTable.Pointer<T>();
        for (int t = 0; t < indices.Length; t++)
        {
            for (int c = 0; c < columns && indices[t] != paddingIndex; c++)
            {
                to[(indices[t] * columns) + c] += from[((long)t * columns) + c];
            }
        }
    }

    internal sealed record State(long[] Indices, int PaddingIndex);
}
