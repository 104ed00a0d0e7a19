using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Elementwise;

/// <summary>A function of one number with its derivative, on vectors of any width.</summary>
internal interface IUnaryMap
{
    /// <summary><c>f(x)</c>.</summary>
    static abstract V Apply<V>(V x)
        where V : struct, ISimdVector<V>;

    /// <summary><c>f′(x)</c>.</summary>
    static abstract V Derivative<V>(V x)
        where V : struct, ISimdVector<V>;
}
