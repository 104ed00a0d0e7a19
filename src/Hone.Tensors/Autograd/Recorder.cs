namespace Hone.Tensors.Autograd;

/// <summary>Finishes an op: checks its result when asked to, and records its backward when an input wants a gradient.</summary>
internal static class Recorder
{
    /// <summary>Whether <paramref name="input"/> will want a gradient, so that the op must save what that gradient needs.</summary>
    public static bool Wants(Tensor input) => GradMode.IsOn && input.RequiresGrad && input.DType.IsFloatingPoint;

    /// <summary>Ends the op <paramref name="op"/>.</summary>
    /// <param name="op">Registered name.</param>
    /// <param name="output">Its result, made in the current scope; returned.</param>
    /// <param name="inputs">Inputs in the order in which the backward numbers them.</param>
    /// <param name="saved">Tensors that the backward opens; <see langword="null"/> entries where the gradient that needs one is not wanted.</param>
    /// <param name="backward">Gradients of the inputs; must not capture tensors.</param>
    /// <param name="state">What the backward needs besides tensors.</param>
    /// <param name="recompute">Computes the result again where that costs little beside keeping it.</param>
    public static Tensor Finish(
        string op, Tensor output, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor?> saved, BackwardFunction backward, object? state = null, RecomputeFunction? recompute = null)
    {
        if (NumericsCheck.IsOn)
        {
            NumericsCheck.Inspect(output, op, "its result");
        }

        if (GradMode.IsOn)
        {
            foreach (Tensor input in inputs)
            {
                if (input.RequiresGrad)
                {
                    output.GradNode = new GraphNode(op, inputs, saved, state, backward, recompute);
                    break;
                }
            }
        }

        return output;
    }
}
