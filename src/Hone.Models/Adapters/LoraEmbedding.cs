using Hone.Models.Nn;
using Hone.Tensors;
using Hone.Tensors.Autograd;

namespace Hone.Models.Adapters;

/// <summary>Low-rank update of an embedding: <c>y + s·B·a_id</c>, with a column of A for each token.</summary>
/// <remarks>Source: Hu et al., arXiv:2106.09685; PEFT 0.21, <c>lora.Embedding</c>, which applies no dropout.</remarks>
public sealed class LoraEmbedding : IEmbeddingAdapter, IDisposable
{
    internal LoraEmbedding(Parameter a, Parameter b, double scale)
    {
        A = a;
        B = b;
        Scale = scale;
    }

    /// <summary><c>[rank, count]</c>.</summary>
    public Parameter A { get; }

    /// <summary><c>[width, rank]</c>.</summary>
    public Parameter B { get; }

    /// <summary>Factor of the update.</summary>
    public double Scale { get; }

    /// <inheritdoc/>
    public Tensor Apply(Embedding layer, Tensor ids, Tensor y) => y + Ops.Linear(Ops.Embedding(Ops.Transpose(A), ids) * Scale, B);

    /// <summary>The table with the update in it.</summary>
    /// <param name="table">The embedding's table, f32 <c>[count, width]</c>.</param>
    /// <returns>f32 <c>[count, width]</c>.</returns>
    public Tensor Merge(Tensor table)
    {
        using GradMode off = GradMode.NoGrad();
        return table + (Ops.MatMul(Ops.Transpose(A.Detach()), Ops.Transpose(B.Detach())) * Scale);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }
}
