using System.Numerics;

namespace Hone.Tensors;

/// <content>The comparisons, which give masks and no gradients.</content>
public static partial class Ops
{
    /// <summary>Where <paramref name="left"/> exceeds <paramref name="right"/>, broadcast; false where either is NaN.</summary>
    /// <returns>Bool of the common shape.</returns>
    public static Tensor GreaterThan(Tensor left, Tensor right) => Compare("greater_than", left, right, static (a, b) => a > b);

    /// <summary>Where two tensors are equal, broadcast; false where either is NaN.</summary>
    /// <returns>Bool of the common shape.</returns>
    public static Tensor IsEqual(Tensor left, Tensor right) => Compare("is_equal", left, right, static (a, b) => a == b);

    /// <summary>Where elements are neither infinite nor NaN.</summary>
    /// <returns>Bool of the shape of <paramref name="x"/>.</returns>
    public static Tensor IsFinite(Tensor x) => Compare("is_finite", x, x, static (a, _) => double.IsFinite(a));

    /// <summary>The opposite of a mask.</summary>
    /// <param name="mask">Bool, any shape.</param>
    public static Tensor Not(Tensor mask)
    {
        OpGuard.RequireDType("not", mask, DType.Bool, "its input");
        return Compare("not", mask, mask, static (a, _) => a == 0);
    }

    private static unsafe Tensor Compare(string op, Tensor left, Tensor right, Func<double, double, bool> test)
    {
        OpGuard.RequireSameKind(op, left, right);
        Shape shape = OpGuard.Broadcast(op, left, right);
        Tensor mask = Tensor.Empty(DType.Bool, shape);
        using var scope = TensorScope.Begin(op);
        switch (left.DType)
        {
            case DType.F64: CompareRows<double>(left, right, mask, test); break;
            case DType.F32: CompareRows<float>(left, right, mask, test); break;
            case DType.I64: CompareRows<long>(left, right, mask, test); break;
            case DType.I32: CompareRows<int>(left, right, mask, test); break;
            case DType.U8: CompareRows<byte>(left, right, mask, test); break;
            default: CompareRows<float>(Strided.Cast(left, DType.F32), Strided.Cast(right, DType.F32), mask, test); break;
        }

        return mask;
    }

    private static unsafe void CompareRows<T>(Tensor left, Tensor right, Tensor mask, Func<double, double, bool> test)
        where T : unmanaged, INumber<T>
    {
        T* a = left.Pointer<T>();
        T* b = right.Pointer<T>();
        bool* to = mask.Pointer<bool>();
        long[][] strides = [Strided.BroadcastStrides(left, mask.Shape), Strided.BroadcastStrides(right, mask.Shape), mask.Strides.ToArray()];
        Strided.ForEachRow(mask.Shape, strides, (o, s, count) =>
        {
            for (long i = 0; i < count; i++)
            {
                to[o[2] + (i * s[2])] = test(double.CreateTruncating(a[o[0] + (i * s[0])]), double.CreateTruncating(b[o[1] + (i * s[1])]));
            }
        });
    }
}
