using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>segment_sum</c>.</content>
public static partial class Ops
{
    /// <summary>Sums of neighbouring elements: of the tokens of each sequence that lie one behind the other without padding.</summary>
    /// <param name="x"><c>[tokens]</c>, any floating-point type.</param>
    /// <param name="lengths">Elements of each segment, may be 0; together all elements.</param>
    /// <returns><c>[segments]</c>.</returns>
    /// <remarks><c>y[s] = Σ x[i] over the i of segment s, dx[i] = g[s]</c>; added in f64 in order and rounded once. Source: elementary.</remarks>
    /// <exception cref="ShapeMismatchException">The lengths do not add up to the elements, or one is negative.</exception>
    public static Tensor SegmentSum(Tensor x, params ReadOnlySpan<int> lengths)
    {
        OpGuard.RequireFloat("segment_sum", x);
        SegmentSumOp.Require("segment_sum", x.Rank == 1, SegmentSumOp.Total("segment_sum", lengths) == x.ElementCount, x, lengths);
        if (x.DType.IsHalfPrecision)
        {
            return Cast(SegmentSum(Cast(x, DType.F32), lengths), x.DType);
        }

        return Recorder.Finish("segment_sum", SegmentSumOp.Sum(x, lengths), [x], [], static context => context.Set(0, SegmentSumOp.Repeat(context.Grad, context.State<int[]>())), lengths.ToArray());
    }
}

[Op("segment_sum")]
internal sealed class SegmentSumOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("several", [new OpInput([17])], inputs => Ops.SegmentSum(inputs[0], 3, 9, 1, 4)),
        new("with empty segments", [new OpInput([5])], inputs => Ops.SegmentSum(inputs[0], 0, 2, 0, 3, 0)),
        new("one", [new OpInput([7])], inputs => Ops.SegmentSum(inputs[0], 7)),
        new("no elements", [new OpInput([0])], inputs => Ops.SegmentSum(inputs[0], 0, 0)),
    ];

    /// <summary>The number of elements in all segments.</summary>
    internal static long Total(string op, ReadOnlySpan<int> lengths)
    {
        long total = 0;
        foreach (int length in lengths)
        {
            OpGuard.RequireShape(op, length >= 0, "a segment has a negative length.", $"{length}", "Give the number of elements of each segment.");
            total += length;
        }

        return total;
    }

    internal static void Require(string op, bool isFlat, bool isWhole, Tensor x, ReadOnlySpan<int> lengths) =>
        OpGuard.RequireShape(op, isFlat && isWhole, "the tensor does not fit the segments.", $"{x}, {lengths.Length} segments of {Total(op, lengths)} elements", "It takes one dimension: the elements, or one value a segment.");

    internal static Tensor Sum(Tensor x, ReadOnlySpan<int> lengths)
    {
        Tensor from = Strided.Contiguous(x), y = Tensor.Empty(x.DType, new Shape(lengths.Length));
        for (int segment = 0, at = 0; segment < lengths.Length; at += lengths[segment++])
        {
            double sum = 0;
            if (x.DType == DType.F64)
            {
                foreach (double value in from.Span<double>().Slice(at, lengths[segment]))
                {
                    sum += value;
                }

                y.Span<double>()[segment] = sum;
            }
            else
            {
                foreach (float value in from.Span<float>().Slice(at, lengths[segment]))
                {
                    sum += value;
                }

                y.Span<float>()[segment] = (float)sum;
            }
        }

        return y;
    }

    internal static Tensor Repeat(Tensor x, ReadOnlySpan<int> lengths)
    {
        Tensor from = Strided.Contiguous(x), y = Tensor.Empty(x.DType, new Shape(checked((int)Total("segment_repeat", lengths))));
        for (int segment = 0, at = 0; segment < lengths.Length; at += lengths[segment++])
        {
            if (x.DType == DType.F64)
            {
                y.Span<double>().Slice(at, lengths[segment]).Fill(from.Span<double>()[segment]);
            }
            else
            {
                y.Span<float>().Slice(at, lengths[segment]).Fill(from.Span<float>()[segment]);
            }
        }

        return y;
    }
}
