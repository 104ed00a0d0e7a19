using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Activations;

/// <summary>The function of the gate in a gated linear unit, with value and derivative from one evaluation.</summary>
internal interface IGate
{
    /// <summary><c>f(x)</c>.</summary>
    static abstract V Apply<V>(V x)
        where V : struct, ISimdVector<V>;

    /// <summary><c>f(x)</c> and <c>f′(x)</c>, sharing the exponential.</summary>
    static abstract V ApplyWithDerivative<V>(V x, out V derivative)
        where V : struct, ISimdVector<V>;
}
