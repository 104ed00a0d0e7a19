namespace Hone.Tensors.Kernels;

/// <summary>What the backward pass of attention reads beside the operands, and where it writes; an empty view is a gradient nobody needs.</summary>
/// <typeparam name="T">Element type, <see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class AttentionGradients<T>
    where T : unmanaged
{
    /// <summary>Result of the forward pass; empty, like the values of the problem, when only the gradient of the values is wanted.</summary>
    public required AttentionView<T> Output { get; init; }

    /// <summary>Log-sum-exp of the forward pass, one element a row.</summary>
    public required AttentionView<T> LogSumExp { get; init; }

    /// <summary>Gradient that arrives at the output.</summary>
    public required AttentionView<T> OutputGradient { get; init; }

    /// <summary>Receives the gradient of the queries.</summary>
    public AttentionView<T> QueryGradient { get; init; }

    /// <summary>Receives the gradient of the keys, summed over the query heads that share a key head.</summary>
    public AttentionView<T> KeyGradient { get; init; }

    /// <summary>Receives the gradient of the values, summed likewise.</summary>
    public AttentionView<T> ValueGradient { get; init; }

    /// <summary>The gradient of the bias is <b>added</b> here, over everything the bias was broadcast to; the caller clears it first.</summary>
    public AttentionView<T> BiasGradient { get; init; }
}
