namespace Hone.Tensors.Kernels;

/// <summary>Looks up rows of an embedding table, and adds gradients back to them.</summary>
internal unsafe interface IEmbeddingKernel
{
    /// <summary><c>y[t] = table[indices[t]]</c>, widened to f32.</summary>
    /// <param name="table"><c>[tableRows, columns]</c> of type <paramref name="dtype"/>.</param>
    /// <param name="dtype">f32, bf16 or f16.</param>
    /// <param name="tableRows">Rows of the table.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="indices"><c>[count]</c>, each in [0, <paramref name="tableRows"/>).</param>
    /// <param name="count">Rows to look up.</param>
    /// <param name="y"><c>[count, columns]</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index lies outside the table; the message names its place and value. Nothing is written.</exception>
    void Gather(void* table, DType dtype, long tableRows, long columns, long* indices, long count, float* y);

    /// <summary><c>dTable[indices[t]] += dy[t]</c>, equal indices in the order of <c>t</c>: the same bits for every thread count.</summary>
    /// <param name="dy"><c>[count, columns]</c>.</param>
    /// <param name="indices"><c>[count]</c>.</param>
    /// <param name="count">Rows to add.</param>
    /// <param name="tableRows">Rows of the table.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="dTable"><c>[tableRows, columns]</c>, added to.</param>
    /// <param name="paddingIndex">Index whose row gets no gradient; negative for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index lies outside the table; the message names its place and value. Nothing is written.</exception>
    void ScatterAdd(float* dy, long* indices, long count, long tableRows, long columns, float* dTable, long paddingIndex);
}
