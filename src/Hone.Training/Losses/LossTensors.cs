using Hone.Tensors;

namespace Hone.Training.Losses;

/// <summary>What the losses share.</summary>
internal static class LossTensors
{
    /// <summary>Numbers as a tensor of the type of what they are combined with.</summary>
    public static Tensor Constant(double[] values, DType dtype) => Ops.Cast(Tensor.From(values, values.Length), dtype);

    /// <summary><c>1 − x</c>.</summary>
    public static Tensor OneMinus(Tensor x) => Ops.AddScalar(-x, 1);

    /// <summary>Requires a tensor of one value for each of <paramref name="count"/> items.</summary>
    public static void Require(string loss, string what, Tensor? values, long count, DType dtype)
    {
        if (values is null || values.Rank != 1 || values.ElementCount != count || values.DType != dtype)
        {
            throw new TrainingException(
                $"{loss}: the {what} do not fit the batch.",
                "loss",
                $"expected {dtype.Name} [{count}], got {values?.ToString() ?? "nothing"}",
                "Compute them for the same rows, in the same order and type.");
        }
    }

    /// <summary>Requires that every answer has a token.</summary>
    public static void RequireTokens(string loss, IReadOnlyList<int> counts)
    {
        for (int i = 0; i < counts.Count; i++)
        {
            if (counts[i] < 1)
            {
                throw new TrainingException(
                    $"{loss}: an answer has no tokens.",
                    $"row {i} of the batch",
                    $"{counts[i]} tokens",
                    "Drop such rows when the data is prepared, or raise the length that answers are cut to.");
            }
        }

        if (counts.Count == 0)
        {
            throw new TrainingException($"{loss}: the batch is empty.", "loss", "0 rows", "Give at least one row.");
        }
    }
}
