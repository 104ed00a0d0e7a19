using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>swiglu</c>.</content>
public static partial class Ops
{
    /// <summary>The gated activation of Llama-style MLPs.</summary>
    /// <param name="gate">Any shape and floating-point type.</param>
    /// <param name="up">Of the shape and type of <paramref name="gate"/>.</param>
    /// <returns>A tensor of that shape and type.</returns>
    /// <remarks><c>y = silu(gate)·up; dgate = g·up·silu′(gate), dup = g·silu(gate)</c>. Source: Shazeer, arXiv:2002.05202, section 2.</remarks>
    /// <exception cref="ShapeMismatchException">The shapes differ.</exception>
    public static Tensor SwiGlu(Tensor gate, Tensor up) => GatedUnit.Apply("swiglu", GatedActivation.SwiGlu, gate, up);

    /// <summary>The same for gate and up projected by one matrix.</summary>
    /// <param name="gateUp"><c>[…, 2·columns]</c>: the gate's columns, then up's; any floating-point type.</param>
    /// <returns><c>[…, columns]</c> of the same type.</returns>
    /// <inheritdoc cref="SwiGlu(Tensor, Tensor)" path="/remarks"/>
    /// <exception cref="ShapeMismatchException">The last dimension is odd.</exception>
    public static Tensor SwiGlu(Tensor gateUp) => GatedUnit.Apply("swiglu", GatedActivation.SwiGlu, gateUp);
}

[Op("swiglu")]
internal sealed class SwiGluOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples => GatedUnit.Samples(x => Ops.SwiGlu(x[0], x[1]), x => Ops.SwiGlu(x[0]));
}
