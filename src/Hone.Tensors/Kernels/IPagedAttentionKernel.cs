using Hone.Tensors.Paging;

namespace Hone.Tensors.Kernels;

/// <summary>Storing keys and values in pages, and attention that reads them there.</summary>
internal interface IPagedAttentionKernel
{
    /// <summary>Stores rows <c>[tokens, kvHeads, headDim]</c> (batch entry 0) at their slots, converted to the store's format.</summary>
    void Write(PagedKvStore store, int layer, AttentionView<float> keys, AttentionView<float> values, ReadOnlySpan<int> slots);

    /// <summary>Computes the output rows of every sequence; a row is the same bits whatever else the call computes and however the keys came in.</summary>
    /// <param name="problem">Operands and rules.</param>
    /// <param name="output">Receives <c>[tokens, heads, headDim]</c>.</param>
    void Attend(PagedAttentionProblem problem, AttentionView<float> output);
}
