using System.ComponentModel;
using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Elementwise;

/// <summary>Maps of one operand on the CPU: one pass, any vector width.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class UnaryCpu : IUnaryKernel
{
    // A second thread pays from about 10 µs of work: 8,192 elements at 1 ns or slower.
    private const long Grain = 8_192;

    /// <inheritdoc/>
    public void Forward(UnaryFunction function, float* x, float* y, long count)
    {
        switch (function)
        {
            case UnaryFunction.Negate:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.Negate>(x, y));
                break;
            case UnaryFunction.Abs:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.Abs>(x, y));
                break;
            case UnaryFunction.Square:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.Square>(x, y));
                break;
            case UnaryFunction.Reciprocal:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.Reciprocal>(x, y));
                break;
            case UnaryFunction.Sqrt:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.Sqrt>(x, y));
                break;
            case UnaryFunction.Rsqrt:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.Rsqrt>(x, y));
                break;
            case UnaryFunction.Exp:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.Exp>(x, y));
                break;
            case UnaryFunction.Log:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.Log>(x, y));
                break;
            case UnaryFunction.Tanh:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.Tanh>(x, y));
                break;
            case UnaryFunction.Sigmoid:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.Sigmoid>(x, y));
                break;
            case UnaryFunction.Silu:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.Silu>(x, y));
                break;
            case UnaryFunction.Gelu:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.Gelu>(x, y));
                break;
            case UnaryFunction.GeluTanh:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.GeluTanh>(x, y));
                break;
            case UnaryFunction.Relu:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.Relu>(x, y));
                break;
            case UnaryFunction.Softplus:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.Softplus>(x, y));
                break;
            case UnaryFunction.Erf:
                SimdParallel.For(count, Grain, new ForwardBody<UnaryMaps.Erf>(x, y));
                break;
            default:
                throw new InvalidEnumArgumentException(nameof(function), (int)function, typeof(UnaryFunction));
        }
    }

    /// <inheritdoc/>
    public void Backward(UnaryFunction function, float* x, float* dy, float* dx, long count)
    {
        switch (function)
        {
            case UnaryFunction.Negate:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.Negate>(x, dy, dx));
                break;
            case UnaryFunction.Abs:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.Abs>(x, dy, dx));
                break;
            case UnaryFunction.Square:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.Square>(x, dy, dx));
                break;
            case UnaryFunction.Reciprocal:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.Reciprocal>(x, dy, dx));
                break;
            case UnaryFunction.Sqrt:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.Sqrt>(x, dy, dx));
                break;
            case UnaryFunction.Rsqrt:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.Rsqrt>(x, dy, dx));
                break;
            case UnaryFunction.Exp:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.Exp>(x, dy, dx));
                break;
            case UnaryFunction.Log:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.Log>(x, dy, dx));
                break;
            case UnaryFunction.Tanh:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.Tanh>(x, dy, dx));
                break;
            case UnaryFunction.Sigmoid:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.Sigmoid>(x, dy, dx));
                break;
            case UnaryFunction.Silu:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.Silu>(x, dy, dx));
                break;
            case UnaryFunction.Gelu:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.Gelu>(x, dy, dx));
                break;
            case UnaryFunction.GeluTanh:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.GeluTanh>(x, dy, dx));
                break;
            case UnaryFunction.Relu:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.Relu>(x, dy, dx));
                break;
            case UnaryFunction.Softplus:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.Softplus>(x, dy, dx));
                break;
            case UnaryFunction.Erf:
                SimdParallel.For(count, Grain, new BackwardBody<UnaryMaps.Erf>(x, dy, dx));
                break;
            default:
                throw new InvalidEnumArgumentException(nameof(function), (int)function, typeof(UnaryFunction));
        }
    }

    private readonly struct ForwardBody<TMap>(float* x, float* y) : ISimdBody
        where TMap : struct, IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            float* from = x;
            float* to = y;
            nint i = (nint)begin;
            nint last = (nint)end;
            for (; i <= last - V.Count; i += V.Count)
            {
                V.Store(TMap.Apply(V.Load(from + i)), to + i);
            }

            int rest = (int)(last - i);
            if (rest > 0)
            {
                V.StorePartial(TMap.Apply(V.LoadPartial(from + i, rest)), to + i, rest);
            }
        }
    }

    private readonly struct BackwardBody<TMap>(float* x, float* dy, float* dx) : ISimdBody
        where TMap : struct, IUnaryMap
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            float* input = x;
            float* from = dy;
            float* to = dx;
            nint i = (nint)begin;
            nint last = (nint)end;
            for (; i <= last - V.Count; i += V.Count)
            {
                V.Store(V.Load(from + i) * TMap.Derivative(V.Load(input + i)), to + i);
            }

            int rest = (int)(last - i);
            if (rest > 0)
            {
                V.StorePartial(V.LoadPartial(from + i, rest) * TMap.Derivative(V.LoadPartial(input + i, rest)), to + i, rest);
            }
        }
    }
}
