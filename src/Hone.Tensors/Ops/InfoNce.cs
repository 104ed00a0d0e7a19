using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>info_nce</c>.</content>
public static partial class Ops
{
    /// <summary>Contrastive loss: how badly each query's own candidate stands out among all candidates.</summary>
    /// <param name="queries"><c>[n, d]</c>, any floating-point type; normalise rows first for cosine similarity.</param>
    /// <param name="candidates"><c>[m, d]</c>, of the same type.</param>
    /// <param name="positives">i64 <c>[n]</c>: the row of <paramref name="candidates"/> that belongs to each query.</param>
    /// <param name="temperature">Divides the similarities, above 0.</param>
    /// <param name="excluded">Bool <c>[n, m]</c>: candidates that a query must not be contrasted with (false negatives); never its positive. None when absent.</param>
    /// <returns>A scalar: the mean over queries; NaN without queries.</returns>
    /// <remarks>
    /// <c>s = q·cᵀ/τ, L = 1/n Σᵢ (ln Σⱼ e^sᵢⱼ − sᵢ,pos(i)), ds = (softmax(s) − onehot)·g/(n·τ), dq = ds·c, dc = dsᵀ·q</c>: the cross-entropy of the similarities.
    /// Source: van den Oord et al., arXiv:1807.03748, equation 4.
    /// </remarks>
    /// <exception cref="ShapeMismatchException">The shapes do not fit, a positive is out of range or excluded.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="temperature"/> is not above 0.</exception>
    public static Tensor InfoNce(Tensor queries, Tensor candidates, Tensor positives, double temperature, Tensor? excluded = null)
    {
        OpGuard.RequireSameKind("info_nce", queries, candidates);
        OpGuard.RequireFloat("info_nce", queries);
        OpGuard.RequireDType("info_nce", positives, DType.I64, "the positives");
        if (!(temperature > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "info_nce: the temperature must be above 0.");
        }

        OpGuard.RequireShape("info_nce", queries.Rank == 2 && candidates.Rank == 2 && queries.Shape[1] == candidates.Shape[1], "queries and candidates must be rows of one width.", $"queries {queries}, candidates {candidates}", "Both are [rows, width].");
        OpGuard.RequireShape("info_nce", positives.Rank == 1 && positives.Shape[0] == queries.Shape[0], "there must be one positive per query.", $"queries {queries}, positives {positives}", "The positives are [queries].");
        OpGuard.RequireShape("info_nce", excluded is null || (excluded.DType == DType.Bool && excluded.Shape == new Shape(queries.Shape[0], candidates.Shape[0])), "the exclusion mask does not fit.", $"mask {excluded}, queries {queries}, candidates {candidates}", "It is bool [queries, candidates].");
        if (queries.DType.IsHalfPrecision)
        {
            return Cast(InfoNce(Cast(queries, DType.F32), Cast(candidates, DType.F32), positives, temperature, excluded), queries.DType);
        }

        Tensor similarities = Scale(MatMul(queries, Transpose(candidates)), 1 / temperature);
        if (excluded is not null)
        {
            InfoNceOp.RequirePositivesIncluded(positives.ToArray<long>(), excluded);
            similarities = Where(excluded, Tensor.Full(queries.DType, double.NegativeInfinity), similarities);
        }

        return CrossEntropy(similarities, positives, InfoNceOp.NothingIgnored).Mean();
    }
}

[Op("info_nce")]
internal sealed class InfoNceOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("in-batch", [new OpInput([3, 5]), new OpInput([7, 5]), OpInput.Indices([3], 0, 7)], inputs => Ops.InfoNce(inputs[0], inputs[1], inputs[2], 0.5)),
        new("excluded", [new OpInput([2, 5]), new OpInput([3, 5]), OpInput.Indices([2], 0, 1)], inputs => Ops.InfoNce(inputs[0], inputs[1], inputs[2], 0.25, Tensor.From([false, true, false, false, false, true], 2, 3))) { RelativeTolerance = 2e-5 },
        new("no queries", [new OpInput([0, 5]), new OpInput([3, 5]), OpInput.Indices([0], 0, 3)], inputs => Ops.InfoNce(inputs[0], inputs[1], inputs[2], 1)) { HasGradient = false }, // a mean over nothing is NaN
    ];

    // Every query has a positive, so no value may stand for "none".
    internal static readonly CrossEntropySettings NothingIgnored = new() { IgnoreIndex = long.MinValue };

    internal static void RequirePositivesIncluded(long[] positives, Tensor excluded)
    {
        bool[] mask = excluded.ToArray<bool>();
        int candidates = excluded.Shape[1];
        for (int i = 0; i < positives.Length; i++)
        {
            bool isExcluded = (ulong)positives[i] < (ulong)candidates && mask[((long)i * candidates) + positives[i]];
            OpGuard.RequireShape("info_nce", !isExcluded, "a query's own positive is excluded.", $"query {i}, positive {positives[i]}", "Clear that entry of the mask.");
        }
    }
}
