using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <content>The op <c>where</c>.</content>
public static partial class Ops
{
    /// <summary>Elements of one tensor where a mask is set, of another elsewhere; all three broadcast to a common shape.</summary>
    /// <param name="mask">Bool.</param>
    /// <param name="whenTrue">Any floating-point type.</param>
    /// <param name="whenFalse">Of the same type.</param>
    /// <remarks><c>y = m ? a : b, da = m ? g : 0, db = m ? 0 : g</c>, so a NaN that is not chosen has no effect. Source: elementary.</remarks>
    /// <exception cref="ShapeMismatchException">The shapes do not broadcast.</exception>
    public static unsafe Tensor Where(Tensor mask, Tensor whenTrue, Tensor whenFalse)
    {
        OpGuard.RequireDType("where", mask, DType.Bool, "the mask");
        OpGuard.RequireSameKind("where", whenTrue, whenFalse);
        OpGuard.RequireFloat("where", whenTrue);
        Shape values = OpGuard.Broadcast("where", whenTrue, whenFalse);
        Shape? common = Shape.Broadcast(mask.Shape, values);
        OpGuard.RequireShape("where", common is not null, "the mask does not broadcast with the values.", $"mask {mask}, values of shape {values}", "Aligned at the last dimension, sizes must be equal or 1.");
        Tensor y = WhereOp.Choose(mask, whenTrue, whenFalse, common.Value);
        return Recorder.Finish("where", y, [whenTrue, whenFalse], [mask], WhereOp.Backward);
    }
}

[Op("where")]
internal sealed class WhereOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        new("same shapes", [OpInput.Mask([3, 5]), new OpInput([3, 5]), new OpInput([3, 5])], inputs => Ops.Where(inputs[0], inputs[1], inputs[2])),
        new("broadcast", [OpInput.Mask([4, 1]), new OpInput([5]), new OpInput([])], inputs => Ops.Where(inputs[0], inputs[1], inputs[2])),
        new("empty", [OpInput.Mask([0]), new OpInput([0]), new OpInput([1])], inputs => Ops.Where(inputs[0], inputs[1], inputs[2])),
    ];

    internal static unsafe Tensor Choose(Tensor mask, Tensor whenTrue, Tensor whenFalse, Shape shape)
    {
        Tensor y = Tensor.Empty(whenTrue.DType, shape);
        switch (y.DType.SizeBytes)
        {
            case 8: Choose<long>(mask, whenTrue, whenFalse, y); break;
            case 4: Choose<int>(mask, whenTrue, whenFalse, y); break;
            default: Choose<short>(mask, whenTrue, whenFalse, y); break;
        }

        return y;
    }

    internal static void Backward(BackwardContext context)
    {
        Tensor mask = context.Saved(0);
        Tensor zero = Tensor.Zeros(context.Grad.DType, Shape.Scalar);
        if (context.Needs(0))
        {
            context.Set(0, Reduction.SumTo(Choose(mask, context.Grad, zero, context.Grad.Shape), context.InputShape(0)));
        }

        if (context.Needs(1))
        {
            context.Set(1, Reduction.SumTo(Choose(mask, zero, context.Grad, context.Grad.Shape), context.InputShape(1)));
        }
    }

    private static unsafe void Choose<TBits>(Tensor mask, Tensor whenTrue, Tensor whenFalse, Tensor y)
        where TBits : unmanaged
    {
        bool* m = mask.Pointer<bool>();
        TBits* a = (TBits*)whenTrue.Address;
        TBits* b = (TBits*)whenFalse.Address;
        TBits* to = (TBits*)y.Address;
        long[][] strides = [Strided.BroadcastStrides(mask, y.Shape), Strided.BroadcastStrides(whenTrue, y.Shape), Strided.BroadcastStrides(whenFalse, y.Shape), y.Strides.ToArray()];
        Strided.ForEachRow(y.Shape, strides, (o, s, count) =>
        {
            for (long i = 0; i < count; i++)
            {
                to[o[3] + (i * s[3])] = m[o[0] + (i * s[0])] ? a[o[1] + (i * s[1])] : b[o[2] + (i * s[2])];
            }
        });
    }
}
