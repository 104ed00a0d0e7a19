using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Elementwise;

/// <summary>Scaling and accumulation on the CPU: one pass each.</summary>
[Kernel(DeviceKind.Cpu)]
internal sealed unsafe class ScaleCpu : IScaleKernel
{
    private const long Grain = 16_384;

    /// <inheritdoc/>
    public void Scale(float* x, float alpha, float offset, float* y, long count) => SimdParallel.For(count, Grain, new ScaleBody(x, alpha, offset, y));

    /// <inheritdoc/>
    public void AddScaled(float* x, float alpha, float* y, long count) => SimdParallel.For(count, Grain, new AddScaledBody(x, alpha, y));

    private readonly struct ScaleBody(float* x, float alpha, float offset, float* y) : ISimdBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            float* from = x;
            float* to = y;
            V factor = V.Splat(alpha);
            V shift = V.Splat(offset);
            nint i = (nint)begin;
            nint last = (nint)end;
            for (; i <= last - V.Count; i += V.Count)
            {
                V.Store(V.MultiplyAdd(V.Load(from + i), factor, shift), to + i);
            }

            int rest = (int)(last - i);
            if (rest > 0)
            {
                V.StorePartial(V.MultiplyAdd(V.LoadPartial(from + i, rest), factor, shift), to + i, rest);
            }
        }
    }

    private readonly struct AddScaledBody(float* x, float alpha, float* y) : ISimdBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V>(long begin, long end)
            where V : struct, ISimdVector<V>
        {
            float* from = x;
            float* to = y;
            V factor = V.Splat(alpha);
            nint i = (nint)begin;
            nint last = (nint)end;
            for (; i <= last - V.Count; i += V.Count)
            {
                V.Store(V.MultiplyAdd(V.Load(from + i), factor, V.Load(to + i)), to + i);
            }

            int rest = (int)(last - i);
            if (rest > 0)
            {
                V.StorePartial(V.MultiplyAdd(V.LoadPartial(from + i, rest), factor, V.LoadPartial(to + i, rest)), to + i, rest);
            }
        }
    }
}
