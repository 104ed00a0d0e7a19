using Hone.Tensors.Errors;

namespace Hone.Tensors;

/// <summary>While one is open on a thread, every op and every gradient made there is searched for NaN and infinity, and the first is reported with its op and module.</summary>
/// <remarks>Costs one pass over each result; meant for finding where a loss went wrong. Infinities that are part of a method (masks) belong in attention options, not in tensors.</remarks>
public readonly struct NumericsCheck : IDisposable
{
    [ThreadStatic]
    private static int t_depth;

    /// <summary>Whether results made on this thread are searched.</summary>
    public static bool IsOn => t_depth > 0;

    /// <summary>Starts searching until the result is disposed.</summary>
    public static NumericsCheck Begin()
    {
        t_depth++;
        return default;
    }

    /// <inheritdoc/>
    public void Dispose() => t_depth--;

    internal static void Inspect(Tensor tensor, string op, string role)
    {
        if (!tensor.DType.IsFloatingPoint)
        {
            return;
        }

        double[] values = tensor.ToDoubles();
        int first = Array.FindIndex(values, v => !double.IsFinite(v));
        if (first >= 0)
        {
            throw new NonFiniteException(
                $"{op}: {role} holds a value that is not finite.",
                OpContext.Describe(op),
                $"{values[first]} at flat index {first} of {tensor}; {values.Count(v => !double.IsFinite(v))} of {values.Length} values are not finite",
                "Look at the inputs of this op: the first op reported is where it began. Lower the learning rate, or check the weights and data that reach this module.");
        }
    }
}
