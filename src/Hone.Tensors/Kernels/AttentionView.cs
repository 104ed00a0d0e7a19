namespace Hone.Tensors.Kernels;

/// <summary>Rows of a <c>[batch, heads, rows, width]</c> operand of attention in whatever layout its strides describe; the width is contiguous.</summary>
/// <remarks>Packed tokens <c>[tokens, heads, width]</c> are one batch entry: batch stride 0, row stride <c>heads · width</c>, head stride <c>width</c>.</remarks>
/// <typeparam name="T">Element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
internal readonly unsafe struct AttentionView<T>(T* data, long batchStride, long headStride, long rowStride)
    where T : unmanaged
{
    private readonly T* _data = data;

    /// <summary>Whether the operand is absent (an optional bias, a gradient that nobody asked for).</summary>
    public bool IsEmpty => _data is null;

    /// <summary>Elements from one batch entry to the next; 0 when all entries share one.</summary>
    public long BatchStride { get; } = batchStride;

    /// <summary>Elements from one head to the next; 0 when all heads share one.</summary>
    public long HeadStride { get; } = headStride;

    /// <summary>Elements from one row to the next.</summary>
    public long RowStride { get; } = rowStride;

    /// <summary>First element of a row.</summary>
    public T* Row(int batch, int head, int row) => _data + batch * BatchStride + head * HeadStride + row * RowStride;
}
