using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>A trained update of an embedding, applied without changing its table.</summary>
public interface IEmbeddingAdapter
{
    /// <summary>Adds the update to the rows that were looked up.</summary>
    /// <param name="layer">The embedding.</param>
    /// <param name="ids">i64, the tokens.</param>
    /// <param name="y">Rows of the table, <c>[…, hidden]</c>; not changed.</param>
    /// <returns>The updated rows.</returns>
    Tensor Apply(Embedding layer, Tensor ids, Tensor y);
}
