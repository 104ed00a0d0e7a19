namespace Hone.Tensors.Kernels;

/// <summary>One independent attention: a stretch of query rows that looks at a stretch of key rows.</summary>
/// <remarks>
/// A padded batch is one sequence per batch entry; packed tokens are one sequence per pair of offsets, all in batch entry 0.
/// Key positions count from the sequence's first key; query row <c>r</c> stands at position <c>QueryStart + r</c>.
/// </remarks>
/// <param name="Index">Its own number, which selects the batch entry of the bias.</param>
/// <param name="Batch">Batch entry of the query, key, value and output rows.</param>
/// <param name="QueryFirst">Row of its first query.</param>
/// <param name="QueryLength">Query rows, may be 0.</param>
/// <param name="KeyFirst">Row of its first key.</param>
/// <param name="KeyLength">Key rows, may be 0.</param>
/// <param name="QueryStart">Position of the first query on the axis of the keys; may be negative.</param>
/// <param name="KeyBegin">First key that may be seen.</param>
/// <param name="KeyEnd">One past the last key that may be seen, at most <paramref name="KeyLength"/>.</param>
internal readonly record struct AttentionSequence(
    int Index, int Batch, int QueryFirst, int QueryLength, int KeyFirst, int KeyLength, int QueryStart, int KeyBegin, int KeyEnd)
{
    /// <summary>For each key whether it may be seen, <see cref="KeyLength"/> entries; empty when all of [KeyBegin, KeyEnd) may.</summary>
    public ReadOnlyMemory<bool> KeyMask { get; init; }
}
