using Hone.Tensors;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>Orders of rows: rotary embeddings turn pairs of numbers, which llama.cpp keeps in neighbouring rows and Hugging Face in the two halves of a head.</summary>
internal static class RowOrder
{
    /// <summary>From neighbouring rows to halves: row 2·p + s of a head becomes row s·pairs + p.</summary>
    /// <param name="rows"><c>[heads · 2 · pairs, …]</c>, elements or bytes of blocks, or the one-dimensional bias.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="name">The tensor, for messages.</param>
    /// <returns>A copy.</returns>
    public static Tensor JoinHalves(Tensor rows, int heads, string name)
    {
        (int pairs, int width) = Sizes(rows, heads, name);
        using Tensor split = Ops.Reshape(rows, heads, pairs, 2, width);
        using Tensor turned = Ops.Permute(split, 0, 2, 1, 3);
        return Copy(turned, rows.Shape);
    }

    /// <summary>From halves to neighbouring rows, the opposite of <see cref="JoinHalves"/>.</summary>
    /// <inheritdoc cref="JoinHalves"/>
    public static Tensor JoinPairs(Tensor rows, int heads, string name)
    {
        (int pairs, int width) = Sizes(rows, heads, name);
        using Tensor split = Ops.Reshape(rows, heads, 2, pairs, width);
        using Tensor turned = Ops.Permute(split, 0, 2, 1, 3);
        return Copy(turned, rows.Shape);
    }

    /// <summary>A copy of the transposed matrix.</summary>
    public static Tensor Transpose(Tensor matrix)
    {
        using Tensor turned = Ops.Transpose(matrix, 0, 1);
        return Copy(turned, turned.Shape);
    }

    private static (int Pairs, int Width) Sizes(Tensor rows, int heads, string name)
    {
        int count = rows.Shape[0];
        return count % (2 * heads) == 0
            ? (count / (2 * heads), checked((int)(rows.ElementCount / count)))
            : throw new CheckpointFormatException("Rows of queries or keys cannot be shared out to the heads.", name, $"{count} rows for {heads} heads of an even number of rows", "The metadata and the tensors of the file contradict each other; convert the model again.");
    }

    private static Tensor Copy(Tensor view, Shape shape)
    {
        Tensor copy = Tensor.Zeros(view.DType, shape);
        using Tensor target = Ops.Reshape(copy, view.Shape.Dimensions);
        target.CopyFrom(view);
        return copy;
    }
}
