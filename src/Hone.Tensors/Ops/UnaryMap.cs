using System.Numerics;
using System.Runtime.CompilerServices;
using Hone.Tensors.Autograd;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <summary>Runs an <see cref="IUnaryMap"/> over tensors of any strides, forward and backward.</summary>
internal static unsafe class UnaryMap
{
    /// <summary>Applies the map to every element of <paramref name="x"/>.</summary>
    public static Tensor Apply<TMap>(string op, Tensor x)
        where TMap : IUnaryMap
    {
        OpGuard.RequireFloat(op, x);
        if (x.DType.IsHalfPrecision)
        {
            return Ops.Cast(Apply<TMap>(op, Ops.Cast(x, DType.F32)), x.DType);
        }

        Tensor y = Tensor.Empty(x.DType, x.Shape);
        if (x.DType == DType.F64)
        {
            Forward<TMap, double>(x, y);
        }
        else if (TMap.Kernel is { } function && KernelTable<IUnaryKernel>.For(x.Device) is { } kernel)
        {
            kernel.Forward(function, Strided.Contiguous(x).Pointer<float>(), y.Pointer<float>(), y.ElementCount);
        }
        else
        {
            Forward<TMap, float>(x, y);
        }

        return Recorder.Finish(op, y, [x], [Recorder.Wants(x) ? x : null], Backward<TMap>);
    }

    /// <summary>The calls on which every map is tested, with values in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public static IEnumerable<OpSample> Samples(Func<Tensor, Tensor> op, double low, double high, double relativeTolerance = 2e-6)
    {
        int[][] shapes = [[], [1], [7], [16], [3, 17], [2, 3, 33], [0], [4, 0, 3]];
        foreach (int[] shape in shapes)
        {
            yield return new OpSample($"[{string.Join(',', shape)}]", [new OpInput(shape, low, high)], inputs => op(inputs[0])) { RelativeTolerance = relativeTolerance };
        }
    }

    private static void Backward<TMap>(BackwardContext context)
        where TMap : IUnaryMap
    {
        Tensor x = context.Saved(0);
        Tensor dx = Tensor.Empty(x.DType, x.Shape);
        if (x.DType == DType.F64)
        {
            Gradient<TMap, double>(context.Grad, x, dx);
        }
        else if (TMap.Kernel is { } function && KernelTable<IUnaryKernel>.For(x.Device) is { } kernel)
        {
            Tensor g = Strided.Contiguous(context.Grad);
            kernel.Backward(function, Strided.Contiguous(x).Pointer<float>(), g.Pointer<float>(), dx.Pointer<float>(), dx.ElementCount);
        }
        else
        {
            Gradient<TMap, float>(context.Grad, x, dx);
        }

        context.Set(0, dx);
    }

    private static void Forward<TMap, T>(Tensor x, Tensor y)
        where TMap : IUnaryMap
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* from = x.Pointer<T>();
        T* to = y.Pointer<T>();
        Strided.ForEachRow(x.Shape, [x.Strides.ToArray(), y.Strides.ToArray()], (o, s, count) => ForwardRow<TMap, T>(from + o[0], s[0], to + o[1], s[1], count));
    }

    private static void Gradient<TMap, T>(Tensor g, Tensor x, Tensor dx)
        where TMap : IUnaryMap
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* pg = g.Pointer<T>();
        T* px = x.Pointer<T>();
        T* pd = dx.Pointer<T>();
        Strided.ForEachRow(
            x.Shape,
            [g.Strides.ToArray(), x.Strides.ToArray(), dx.Strides.ToArray()],
            (o, s, count) => GradientRow<TMap, T>(pg + o[0], s[0], px + o[1], s[1], pd + o[2], s[2], count));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardRow<TMap, T>(T* x, long xStep, T* y, long yStep, long count)
        where TMap : IUnaryMap
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long i = 0; i < count; i++)
        {
            y[i * yStep] = TMap.Apply(x[i * xStep]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientRow<TMap, T>(T* g, long gStep, T* x, long xStep, T* dx, long dxStep, long count)
        where TMap : IUnaryMap
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long i = 0; i < count; i++)
        {
            T value = x[i * xStep];
            dx[i * dxStep] = g[i * gStep] * TMap.Derivative(value, TMap.Apply(value));
        }
    }
}
