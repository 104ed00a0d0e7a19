using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <summary>The checks that ops share, with their error texts.</summary>
internal static class OpGuard
{
    /// <summary>Requires a floating-point tensor.</summary>
    public static void RequireFloat(string op, Tensor x, string role = "its input")
    {
        if (!x.DType.IsFloatingPoint)
        {
            throw new TensorException($"{op}: {role} must be floating-point.", OpContext.Describe(op), $"{x}", "Cast it to f32 first (Ops.Cast).");
        }
    }

    /// <summary>Requires two tensors of one element type on one device.</summary>
    public static void RequireSameKind(string op, Tensor left, Tensor right)
    {
        if (left.DType != right.DType)
        {
            throw new TensorException($"{op}: the operands have different element types.", OpContext.Describe(op), $"left {left}, right {right}", "Cast one of them (Ops.Cast); types are never converted silently.");
        }

        if (left.Device != right.Device)
        {
            throw new TensorException($"{op}: the operands are on different devices.", OpContext.Describe(op), $"left on {left.Device}, right on {right.Device}", "Copy one of them to the other's device.");
        }
    }

    /// <summary>Requires a tensor of the given element type.</summary>
    public static void RequireDType(string op, Tensor x, DType dtype, string role)
    {
        if (x.DType != dtype)
        {
            throw new TensorException($"{op}: {role} must be {dtype.Name}.", OpContext.Describe(op), $"{x}", $"Cast it to {dtype.Name} (Ops.Cast).");
        }
    }

    /// <summary>Requires a condition on shapes; the facts are put into words only where it fails.</summary>
    public static void RequireShape(
        string op, [DoesNotReturnIf(false)] bool condition, string what, [InterpolatedStringHandlerArgument(nameof(condition))] ref FactsOfFailure facts, string fix)
    {
        if (!condition)
        {
            throw new ShapeMismatchException($"{op}: {what}", OpContext.Describe(op), facts.ToStringAndClear(), fix);
        }
    }

    /// <summary>Requires a condition on shapes.</summary>
    public static void RequireShape(string op, [DoesNotReturnIf(false)] bool condition, string what, string facts, string fix)
    {
        if (!condition)
        {
            throw new ShapeMismatchException($"{op}: {what}", OpContext.Describe(op), facts, fix);
        }
    }

    /// <summary>The common shape of two operands.</summary>
    public static Shape Broadcast(string op, Tensor left, Tensor right) =>
        Shape.Broadcast(left.Shape, right.Shape) ?? throw new ShapeMismatchException(
            $"{op}: the operands cannot be broadcast to one shape.",
            OpContext.Describe(op),
            $"left {left}, right {right}",
            "Aligned at the last dimension, sizes must be equal or 1.");
}
