using Hone.Core.Random;

namespace Hone.Tensors.Autograd;

/// <summary>Runs a block without keeping its activations and runs it again when its gradient is needed: memory for time.</summary>
/// <remarks>Source: Chen et al., Training Deep Nets with Sublinear Memory Cost, arXiv:1604.06174, section 4.</remarks>
public static class ActivationCheckpoint
{
    /// <summary>Applies <paramref name="block"/> to <paramref name="input"/>, saving the input alone.</summary>
    /// <param name="block">
    /// A function of its argument and of parameters; it is called a second time during the backward pass and must then compute the same
    /// values; randomness inside must come from <paramref name="random"/>.
    /// </param>
    /// <param name="input">The block's input, any shape.</param>
    /// <param name="random">Stream that the block draws from (dropout), put back to the same place for the second run.</param>
    /// <returns>The block's result.</returns>
    public static Tensor Run(Func<Tensor, Tensor> block, Tensor input, RandomStream? random = null)
    {
        if (!GradMode.IsOn)
        {
            return block(input);
        }

        ulong position = random?.Position ?? 0;
        Tensor output;
        using (GradMode.NoGrad())
        using (TensorScope.Begin("checkpoint"))
        {
            output = block(input).Detach().Keep();
        }

        if (NumericsCheck.IsOn)
        {
            NumericsCheck.Inspect(output, "checkpoint", "its result");
        }

        // Recorded even when the input wants no gradient: the block's own parameters may.
        output.GradNode = new GraphNode("checkpoint", [input], [input], new Segment(block, random, position), Recompute);
        return output;
    }

    private static void Recompute(BackwardContext context)
    {
        using var input = new Parameter(context.Saved(0), "checkpoint input", requiresGrad: context.Needs(0));
        Segment segment = context.State<Segment>();
        using (GradMode.Grad())
        {
            Tensor output = segment.Run(input);
            if (output.RequiresGrad)
            {
                output.Backward(context.Grad);
            }
        }

        if (input.Grad is { } gradient)
        {
            context.Set(0, gradient.Detach());
            input.ZeroGrad();
        }
    }

    private sealed record Segment(Func<Tensor, Tensor> Block, RandomStream? Random, ulong Position)
    {
        public Tensor Run(Tensor input)
        {
            if (Random is null)
            {
                return Block(input);
            }

            ulong now = Random.Position;
            Random.Position = Position;
            Tensor output = Block(input);
            Random.Position = now;
            return output;
        }
    }
}
