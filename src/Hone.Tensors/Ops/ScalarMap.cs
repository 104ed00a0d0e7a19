using System.Numerics;
using System.Runtime.CompilerServices;
using Hone.Tensors.Autograd;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <summary>Runs an <see cref="IScalarMap"/> over tensors of any strides, forward and backward.</summary>
internal static unsafe class ScalarMap
{
    /// <summary>Applies the map with the numbers <paramref name="a"/> and <paramref name="b"/> to every element of <paramref name="x"/>.</summary>
    public static Tensor Apply<TMap>(string op, Tensor x, double a, double b = 0)
        where TMap : IScalarMap
    {
        OpGuard.RequireFloat(op, x);
        if (x.DType.IsHalfPrecision)
        {
            return Ops.Cast(Apply<TMap>(op, Ops.Cast(x, DType.F32), a, b), x.DType);
        }

        Tensor y = Tensor.Empty(x.DType, x.Shape);
        if (x.DType == DType.F64)
        {
            Run<TMap, double>(null, x, y, a, b);
        }
        else if (!TMap.IsMultiple || !TryMultiple(x, y, a))
        {
            Run<TMap, float>(null, x, y, (float)a, (float)b);
        }

        return Recorder.Finish(op, y, [x], [TMap.DerivativeNeedsInput && Recorder.Wants(x) ? x : null], Backward<TMap>, (a, b));
    }

    private static void Backward<TMap>(BackwardContext context)
        where TMap : IScalarMap
    {
        (double a, double b) = context.State<(double, double)>();
        Tensor x = TMap.DerivativeNeedsInput ? context.Saved(0) : context.Grad;
        Tensor dx = Tensor.Empty(x.DType, x.Shape);
        if (x.DType == DType.F64)
        {
            Run<TMap, double>(context.Grad, x, dx, a, b);
        }
        else if (!TMap.IsMultiple || !TryMultiple(context.Grad, dx, a))
        {
            Run<TMap, float>(context.Grad, x, dx, (float)a, (float)b);
        }

        context.Set(0, dx);
    }

    private static bool TryMultiple(Tensor x, Tensor y, double factor)
    {
        if (KernelTable<IScaleKernel>.For(x.Device) is not { } kernel)
        {
            return false;
        }

        kernel.Scale(Strided.Contiguous(x).Pointer<float>(), (float)factor, 0, y.Pointer<float>(), y.ElementCount);
        return true;
    }

    /// <summary>Without a gradient: the function of <paramref name="x"/>; with one: the gradient times the derivative.</summary>
    private static void Run<TMap, T>(Tensor? gradient, Tensor x, Tensor result, T a, T b)
        where TMap : IScalarMap
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool isForward = gradient is null;
        Tensor g = gradient ?? x;
        T* pg = g.Pointer<T>();
        T* px = x.Pointer<T>();
        T* to = result.Pointer<T>();
        long[][] strides = [g.Strides.ToArray(), x.Strides.ToArray(), result.Strides.ToArray()];
        Strided.ForEachRow(x.Shape, strides, (o, s, count) =>
        {
            if (isForward)
            {
                ForwardRow<TMap, T>(px + o[1], s[1], to + o[2], s[2], count, a, b);
            }
            else
            {
                GradientRow<TMap, T>(pg + o[0], s[0], px + o[1], s[1], to + o[2], s[2], count, a, b);
            }
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardRow<TMap, T>(T* x, long xStep, T* y, long yStep, long count, T a, T b)
        where TMap : IScalarMap
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long i = 0; i < count; i++)
        {
            y[i * yStep] = TMap.Apply(x[i * xStep], a, b);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientRow<TMap, T>(T* g, long gStep, T* x, long xStep, T* dx, long dxStep, long count, T a, T b)
        where TMap : IScalarMap
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long i = 0; i < count; i++)
        {
            dx[i * dxStep] = g[i * gStep] * TMap.Derivative(x[i * xStep], a, b);
        }
    }
}
