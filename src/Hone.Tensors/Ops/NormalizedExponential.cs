using System.Numerics;
using Hone.Tensors.Autograd;
using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Reference;

namespace Hone.Tensors;

/// <summary>What softmax and log-softmax share: rows, dtypes and the choice of kernel.</summary>
internal static unsafe class NormalizedExponential
{
    /// <summary>Softmax, or its logarithm, along <paramref name="dimension"/>.</summary>
    public static Tensor Apply(string op, bool isLog, Tensor x, int dimension)
    {
        OpGuard.RequireFloat(op, x);
        int d = x.Shape.Normalize(dimension);
        if (d != x.Rank - 1)
        {
            return Ops.Transpose(Apply(op, isLog, Ops.Transpose(x, d, -1), -1), d, -1);
        }

        if (x.DType.IsHalfPrecision)
        {
            return Ops.Cast(Apply(op, isLog, Ops.Cast(x, DType.F32), -1), x.DType);
        }

        Tensor source = Strided.Contiguous(x), y = Tensor.Empty(x.DType, x.Shape);
        if (x.DType == DType.F64)
        {
            SoftmaxReference.Forward<double>(isLog, source.Span<double>(), y.Span<double>(), x.Shape[-1]);
        }
        else if (KernelTable<ISoftmaxKernel>.For(x.Device) is not { } kernel)
        {
            SoftmaxReference.Forward<float>(isLog, source.Span<float>(), y.Span<float>(), x.Shape[-1]);
        }
        else if (isLog)
        {
            kernel.LogSoftmax(source.Pointer<float>(), y.Pointer<float>(), Rows(x), x.Shape[-1]);
        }
        else
        {
            kernel.Softmax(source.Pointer<float>(), y.Pointer<float>(), Rows(x), x.Shape[-1]);
        }

        return Recorder.Finish(op, y, [x], [Recorder.Wants(x) ? y : null], isLog ? static context => Backward(context, true) : static context => Backward(context, false));
    }

    private static long Rows(Tensor x) => x.Shape[-1] == 0 ? 0 : x.ElementCount / x.Shape[-1];

    private static void Backward(BackwardContext context, bool isLog)
    {
        Tensor y = context.Saved(0), g = Strided.Contiguous(context.Grad), dx = Tensor.Empty(y.DType, y.Shape);
        int columns = y.Shape[-1];
        if (y.DType == DType.F64)
        {
            Reference<double>(isLog, y, g, dx, columns);
        }
        else if (KernelTable<ISoftmaxKernel>.For(y.Device) is not { } kernel)
        {
            Reference<float>(isLog, y, g, dx, columns);
        }
        else if (isLog)
        {
            kernel.LogSoftmaxBackward(y.Pointer<float>(), g.Pointer<float>(), dx.Pointer<float>(), Rows(y), columns);
        }
        else
        {
            kernel.SoftmaxBackward(y.Pointer<float>(), g.Pointer<float>(), dx.Pointer<float>(), Rows(y), columns);
        }

        context.Set(0, dx);
    }

    private static void Reference<T>(bool isLog, Tensor y, Tensor g, Tensor dx, int columns)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        SoftmaxReference.Backward<T>(isLog, y.Span<T>(), g.Span<T>(), dx.Span<T>(), columns);
}
