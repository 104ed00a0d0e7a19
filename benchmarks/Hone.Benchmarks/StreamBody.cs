using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Benchmarks;

/// <summary>The least that a fused kernel must do: read its inputs, write its outputs, add once. Its time is the memory bound at that size.</summary>
internal readonly unsafe struct StreamBody(float** sources, int sourceCount, float** targets, int targetCount) : ISimdBody
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(long begin, long end)
        where V : struct, ISimdVector<V>
    {
        float* a = sources[0];
        float* b = sourceCount > 1 ? sources[1] : a;
        float* c = sourceCount > 2 ? sources[2] : a;
        float* d = sourceCount > 3 ? sources[3] : a;
        float* x = targets[0];
        float* y = targetCount > 1 ? targets[1] : x;
        float* z = targetCount > 2 ? targets[2] : x;
        bool hasY = targetCount > 1, hasZ = targetCount > 2;
        for (nint i = (nint)begin; i <= (nint)end - V.Count; i += V.Count)
        {
            V sum = V.Load(a + i) + V.Load(b + i) + (V.Load(c + i) + V.Load(d + i));
            V.Store(sum, x + i);
            if (hasY)
            {
                V.Store(sum, y + i);
            }

            if (hasZ)
            {
                V.Store(sum, z + i);
            }
        }
    }
}
