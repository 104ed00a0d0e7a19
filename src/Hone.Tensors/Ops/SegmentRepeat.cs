using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>segment_repeat</c>.</content>
public static partial class Ops
{
    /// <summary>Gives every element of a segment the segment's value: what a sequence has as a whole to each of its tokens.</summary>
    /// <param name="x"><c>[segments]</c>, any floating-point type.</param>
    /// <param name="lengths">Elements of each segment, may be 0.</param>
    /// <returns><c>[tokens]</c>.</returns>
    /// <remarks><c>y[i] = x[s] for the i of segment s, dx[s] = Σ g[i]</c>, added in f64 in order and rounded once. Source: elementary.</remarks>
    /// <exception cref="ShapeMismatchException">There is not one value a segment, or a length is negative.</exception>
    public static Tensor SegmentRepeat(Tensor x, params ReadOnlySpan<int> lengths)
    {
        OpGuard.RequireFloat("segment_repeat", x);
        SegmentSumOp.Require("segment_repeat", x.Rank == 1, x.ElementCount == lengths.Length, x, lengths);
        if (x.DType.IsHalfPrecision)
        {
            return Cast(SegmentRepeat(Cast(x, DType.F32), lengths), x.DType);
        }

        return Recorder.Finish("segment_repeat", SegmentSumOp.Repeat(x, lengths), [x], [], static context => context.Set(0, SegmentSumOp.Sum(context.Grad, context.State<int[]>())), lengths.ToArray());
    }
}

[Op("segment_repeat")]
internal sealed class SegmentRepeatOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("several", [new OpInput([4])], inputs => Ops.SegmentRepeat(inputs[0], 3, 9, 1, 4)),
        new("with empty segments", [new OpInput([5])], inputs => Ops.SegmentRepeat(inputs[0], 0, 2, 0, 3, 0)),
        new("one", [new OpInput([1])], inputs => Ops.SegmentRepeat(inputs[0], 7)),
        new("no segments", [new OpInput([0])], inputs => Ops.SegmentRepeat(inputs[0])),
    ];
}
