using System.Numerics;
using System.Runtime.CompilerServices;
using Hone.Tensors.Autograd;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <summary>Runs an <see cref="IBinaryMap"/> over broadcast operands of any strides, forward and backward.</summary>
internal static unsafe class BinaryMap
{
    /// <summary>Applies the map to every pair of elements.</summary>
    public static Tensor Apply<TMap>(string op, Tensor left, Tensor right)
        where TMap : IBinaryMap
    {
        OpGuard.RequireSameKind(op, left, right);
        OpGuard.RequireFloat(op, left);
        Shape shape = OpGuard.Broadcast(op, left, right);
        if (left.DType.IsHalfPrecision)
        {
            return Ops.Cast(Apply<TMap>(op, Ops.Cast(left, DType.F32), Ops.Cast(right, DType.F32)), left.DType);
        }

        Tensor y = TryKernel<TMap>(left, right, shape) ?? ByReference<TMap>(left, right, shape);

        bool saves = TMap.DerivativesNeedInputs && (Recorder.Wants(left) || Recorder.Wants(right));
        return Recorder.Finish(op, y, [left, right], [saves ? left : null, saves ? right : null], Backward<TMap>);
    }

    /// <summary>The result by the fast kernel; <see langword="null"/> when the type or the strides ask for the reference.</summary>
    public static Tensor? TryKernel<TMap>(Tensor left, Tensor right, Shape shape)
        where TMap : IBinaryMap
    {
        if (left.DType != DType.F32 || TMap.Kernel is not { } function || KernelTable<IBinaryKernel>.For(left.Device) is not { } kernel)
        {
            return null;
        }

        if (left.Shape == right.Shape && left.IsContiguous && right.IsContiguous)
        {
            Tensor sameShape = Tensor.Empty(DType.F32, shape);
            kernel.Run(function, left.Pointer<float>(), 0, false, right.Pointer<float>(), 0, false, sameShape.Pointer<float>(), 1, shape.ElementCount);
            return sameShape;
        }

        long[][] strides = [Strided.BroadcastStrides(left, shape), Strided.BroadcastStrides(right, shape), Strided.RowMajor(shape.Dimensions)];
        (long[] sizes, long[][] steps) = Strided.Merge(shape, strides);
        if (sizes.Length > 2 || steps[0][^1] is not (0 or 1) || steps[1][^1] is not (0 or 1))
        {
            return null;
        }

        Tensor y = Tensor.Empty(DType.F32, shape);
        (long rows, long columns) = shape.ElementCount == 0 ? (0, 0) : sizes.Length == 2 ? (sizes[0], sizes[1]) : (1, sizes[0]);
        kernel.Run(
            function,
            left.Pointer<float>(),
            sizes.Length == 2 ? steps[0][0] : 0,
            steps[0][^1] == 0,
            right.Pointer<float>(),
            sizes.Length == 2 ? steps[1][0] : 0,
            steps[1][^1] == 0,
            y.Pointer<float>(),
            rows,
            columns);
        return y;
    }

    /// <summary>The calls on which every map is tested.</summary>
    public static IEnumerable<OpSample> Samples(Func<Tensor, Tensor, Tensor> op, (double Low, double High) left, (double Low, double High) right)
    {
        (int[] Left, int[] Right)[] shapes =
        [
            ([], []), ([7], [7]), ([3, 17], [3, 17]), ([3, 17], [17]), ([3, 17], [3, 1]), ([2, 1, 5], [3, 1]), ([], [4, 9]), ([2, 3, 33], [1]), ([0], [0]), ([4, 0], [4, 1]), ([1], [0]),
        ];
        foreach ((int[] l, int[] r) in shapes)
        {
            yield return new OpSample($"[{string.Join(',', l)}] with [{string.Join(',', r)}]", [new OpInput(l, left.Low, left.High), new OpInput(r, right.Low, right.High)], inputs => op(inputs[0], inputs[1]));
        }
    }

    private static void Backward<TMap>(BackwardContext context)
        where TMap : IBinaryMap
    {
        for (int side = 0; side < 2; side++)
        {
            if (context.Needs(side) && TMap.PassesGradientOn)
            {
                context.Set(side, Reduction.SumTo(context.Grad, context.InputShape(side)));
            }
            else if (context.Needs(side))
            {
                Tensor left = TMap.DerivativesNeedInputs ? context.Saved(0) : context.Grad;
                Tensor right = TMap.DerivativesNeedInputs ? context.Saved(1) : context.Grad;
                Tensor full = TMap.FastGradient(side, context.Grad, left, right) ?? GradientByReference<TMap>(side, context.Grad, left, right);
                context.Set(side, Reduction.SumTo(full, context.InputShape(side)));
            }
        }
    }

    private static Tensor ByReference<TMap>(Tensor left, Tensor right, Shape shape)
        where TMap : IBinaryMap
    {
        Tensor y = Tensor.Empty(left.DType, shape);
        if (left.DType == DType.F64)
        {
            Forward<TMap, double>(left, right, y);
        }
        else
        {
            Forward<TMap, float>(left, right, y);
        }

        return y;
    }

    private static Tensor GradientByReference<TMap>(int side, Tensor g, Tensor left, Tensor right)
        where TMap : IBinaryMap
    {
        Tensor full = Tensor.Empty(g.DType, g.Shape);
        if (g.DType == DType.F64)
        {
            Gradient<TMap, double>(side, g, left, right, full);
        }
        else
        {
            Gradient<TMap, float>(side, g, left, right, full);
        }

        return full;
    }

    private static void Forward<TMap, T>(Tensor left, Tensor right, Tensor y)
        where TMap : IBinaryMap
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* a = left.Pointer<T>();
        T* b = right.Pointer<T>();
        T* to = y.Pointer<T>();
        long[][] strides = [Strided.BroadcastStrides(left, y.Shape), Strided.BroadcastStrides(right, y.Shape), y.Strides.ToArray()];
        Strided.ForEachRow(y.Shape, strides, (o, s, count) => ForwardRow<TMap, T>(a + o[0], s[0], b + o[1], s[1], to + o[2], s[2], count));
    }

    private static void Gradient<TMap, T>(int side, Tensor g, Tensor left, Tensor right, Tensor full)
        where TMap : IBinaryMap
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* pg = g.Pointer<T>();
        T* a = left.Pointer<T>();
        T* b = right.Pointer<T>();
        T* to = full.Pointer<T>();
        long[][] strides = [g.Strides.ToArray(), Strided.BroadcastStrides(left, g.Shape), Strided.BroadcastStrides(right, g.Shape), full.Strides.ToArray()];
        Strided.ForEachRow(g.Shape, strides, (o, s, count) => GradientRow<TMap, T>(side, pg + o[0], s[0], a + o[1], s[1], b + o[2], s[2], to + o[3], s[3], count));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardRow<TMap, T>(T* a, long aStep, T* b, long bStep, T* y, long yStep, long count)
        where TMap : IBinaryMap
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long i = 0; i < count; i++)
        {
            y[i * yStep] = TMap.Apply(a[i * aStep], b[i * bStep]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientRow<TMap, T>(int side, T* g, long gStep, T* a, long aStep, T* b, long bStep, T* d, long dStep, long count)
        where TMap : IBinaryMap
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (side == 0)
        {
            for (long i = 0; i < count; i++)
            {
                d[i * dStep] = TMap.GradLeft(g[i * gStep], a[i * aStep], b[i * bStep]);
            }
        }
        else
        {
            for (long i = 0; i < count; i++)
            {
                d[i * dStep] = TMap.GradRight(g[i * gStep], a[i * aStep], b[i * bStep]);
            }
        }
    }
}
