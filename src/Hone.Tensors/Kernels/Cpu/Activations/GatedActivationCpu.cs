using System.ComponentModel;
using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Activations;

/// <summary>SwiGLU and GEGLU on the CPU: one pass forward, one pass backward for both gradients.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class GatedActivationCpu : IGatedActivationKernel
{
    private const long GrainElements = 8_192;

    /// <inheritdoc/>
    public void Forward(GatedActivation activation, float* gate, long gateStride, float* up, long upStride, float* y, long rows, long columns)
    {
        long grain = Math.Max(1, GrainElements / Math.Max(1, columns));
        switch (activation)
        {
            case GatedActivation.SwiGlu:
                SimdParallel.For(rows, grain, new ForwardBody<Gates.Silu>(gate, gateStride, up, upStride, y, columns));
                break;
            case GatedActivation.GeGlu:
                SimdParallel.For(rows, grain, new ForwardBody<Gates.Gelu>(gate, gateStride, up, upStride, y, columns));
                break;
            case GatedActivation.GeGluTanh:
                SimdParallel.For(rows, grain, new ForwardBody<Gates.GeluTanh>(gate, gateStride, up, upStride, y, columns));
                break;
            default:
                throw new InvalidEnumArgumentException(nameof(activation), (int)activation, typeof(GatedActivation));
        }
    }

    /// <inheritdoc/>
    public void Backward(
        GatedActivation activation, float* gate, long gateStride, float* up, long upStride, float* dy,
        float* dGate, long dGateStride, float* dUp, long dUpStride, long rows, long columns)
    {
        long grain = Math.Max(1, GrainElements / Math.Max(1, columns));
        switch (activation)
        {
            case GatedActivation.SwiGlu:
                SimdParallel.For(
                    rows, grain, new BackwardBody<Gates.Silu>(gate, gateStride, up, upStride, dy, dGate, dGateStride, dUp, dUpStride, columns));
                break;
            case GatedActivation.GeGlu:
                SimdParallel.For(
                    rows, grain, new BackwardBody<Gates.Gelu>(gate, gateStride, up, upStride, dy, dGate, dGateStride, dUp, dUpStride, columns));
                break;
            case GatedActivation.GeGluTanh:
                SimdParallel.For(
                    rows, grain, new BackwardBody<Gates.GeluTanh>(gate, gateStride, up, upStride, dy, dGate, dGateStride, dUp, dUpStride, columns));
                break;
            default:
                throw new InvalidEnumArgumentException(nameof(activation), (int)activation, typeof(GatedActivation));
        }
    }

    private readonly struct ForwardBody<TGate>(float* gate, long gateStride, float* up, long upStride, float* y, long columns) : ISimdBody
        where TGate : struct, IGate
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long row = begin; row < end; row++)
            {
                Row<V>(gate + (row * gateStride), up + (row * upStride), y + (row * columns), (nint)columns);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Row<V>(float* gate, float* up, float* y, nint count)
            where V : struct, ISimdVector<V>
        {
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V.Store(TGate.Apply(V.Load(gate + i)) * V.Load(up + i), y + i);
            }

            if (i < count)
            {
                Rest<V>(gate + i, up + i, y + i, (int)(count - i));
            }
        }

        // Apart from the loop: two copies of the gate in one method exceed what the JIT inlines, and the loop then calls it.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Rest<V>(float* gate, float* up, float* y, int rest)
            where V : struct, ISimdVector<V> =>
            V.StorePartial(TGate.Apply(V.LoadPartial(gate, rest)) * V.LoadPartial(up, rest), y, rest);
    }

    private readonly struct BackwardBody<TGate>(
        float* gate, long gateStride, float* up, long upStride, float* dy, float* dGate, long dGateStride, float* dUp, long dUpStride, long columns) : ISimdBody
        where TGate : struct, IGate
    {
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            for (long row = begin; row < end; row++)
            {
                Row<V>(
                    gate + (row * gateStride), up + (row * upStride), dy + (row * columns), dGate + (row * dGateStride), dUp + (row * dUpStride), (nint)columns);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Row<V>(float* gate, float* up, float* dy, float* dGate, float* dUp, nint count)
            where V : struct, ISimdVector<V>
        {
            nint i = 0;
            for (; i <= count - V.Count; i += V.Count)
            {
                V d = V.Load(dy + i);
                V upGradient = TGate.ApplyWithDerivative(V.Load(gate + i), out V derivative) * d;
                V gateGradient = d * V.Load(up + i) * derivative;
                V.Store(gateGradient, dGate + i);
                V.Store(upGradient, dUp + i);
            }

            int rest = (int)(count - i);
            if (rest > 0)
            {
                V d = V.LoadPartial(dy + i, rest);
                V upGradient = TGate.ApplyWithDerivative(V.LoadPartial(gate + i, rest), out V derivative) * d;
                V gateGradient = d * V.LoadPartial(up + i, rest) * derivative;
                V.StorePartial(gateGradient, dGate + i, rest);
                V.StorePartial(upGradient, dUp + i, rest);
            }
        }
    }
}
