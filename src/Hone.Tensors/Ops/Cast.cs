using Hone.Tensors.Autograd;

namespace Hone.Tensors;

/// <content>The op <c>cast</c>.</content>
public static partial class Ops
{
    /// <summary>The same values in another element type.</summary>
    /// <param name="x">Any shape and type.</param>
    /// <param name="dtype">Target type. Floats round to nearest even; floats to integers truncate and saturate, NaN becomes 0; anything but zero becomes true.</param>
    /// <returns><paramref name="x"/> itself when it has that type already, else a contiguous copy.</returns>
    /// <remarks><c>y = round(x), dx = cast(g)</c>. f64 reaches bf16 by way of f32. Source: IEEE 754-2019, section 4.3.</remarks>
    public static Tensor Cast(Tensor x, DType dtype)
    {
        if (x.DType == dtype)
        {
            return x;
        }

        Tensor y = Strided.Cast(x, dtype);
        return x.DType.IsFloatingPoint && dtype.IsFloatingPoint
            ? Recorder.Finish("cast", y, [x], [], static context => context.Set(0, Strided.Cast(context.Grad, context.InputDType(0))))
            : y;
    }
}

[Op("cast")]
internal sealed class CastOp : OpDefinition
{
    public override IEnumerable<OpSample> Samples =>
        UnaryMap.Samples(x => Ops.Cast(Ops.Cast(x, x.DType == DType.F64 ? DType.F32 : DType.F64), x.DType), -3, 3)
            .Select(sample => sample with { HasGradient = false }); // through f32 the central difference sees the rounding
}
