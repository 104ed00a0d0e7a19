using Hone.Tensors.Errors;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <content>The op <c>geglu</c>.</content>
public static partial class Ops
{
    /// <summary>The gated activation of Gemma-style MLPs.</summary>
    /// <param name="gate">Any shape and floating-point type.</param>
    /// <param name="up">Of the shape and type of <paramref name="gate"/>.</param>
    /// <param name="tanhForm">Whether GELU is the tanh approximation (<c>gelu_pytorch_tanh</c>) instead of the error function.</param>
    /// <returns>A tensor of that shape and type.</returns>
    /// <remarks><c>y = gelu(gate)·up; dgate = g·up·gelu′(gate), dup = g·gelu(gate)</c>. Source: Shazeer, arXiv:2002.05202, section 2.</remarks>
    /// <exception cref="ShapeMismatchException">The shapes differ.</exception>
    public static Tensor GeGlu(Tensor gate, Tensor up, bool tanhForm) => GatedUnit.Apply("geglu", GeGluOp.Form(tanhForm), gate, up);

    /// <summary>The same for gate and up projected by one matrix.</summary>
    /// <param name="gateUp"><c>[…, 2·columns]</c>: the gate's columns, then up's; any floating-point type.</param>
    /// <param name="tanhForm">As for two tensors.</param>
    /// <returns><c>[…, columns]</c> of the same type.</returns>
    /// <inheritdoc cref="GeGlu(Tensor, Tensor, bool)" path="/remarks"/>
    /// <exception cref="ShapeMismatchException">The last dimension is odd.</exception>
    public static Tensor GeGlu(Tensor gateUp, bool tanhForm) => GatedUnit.Apply("geglu", GeGluOp.Form(tanhForm), gateUp);
}

[Op("geglu")]
internal sealed class GeGluOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
    [
        .. GatedUnit.Samples(x => Ops.GeGlu(x[0], x[1], false), x => Ops.GeGlu(x[0], false)),
        .. GatedUnit.Samples(x => Ops.GeGlu(x[0], x[1], true), x => Ops.GeGlu(x[0], true)),
    ];

    internal static GatedActivation Form(bool tanhForm) => tanhForm ? GatedActivation.GeGluTanh : GatedActivation.GeGlu;
}
