using Hone.Tensors.Errors;

namespace Hone.Tensors.Autograd;

/// <summary>Walks a recorded graph from its result to the parameters, newest op first, freeing each node as it leaves it.</summary>
internal static class BackwardPass
{
    private static long s_passes;

    /// <summary>Adds the gradients of <paramref name="root"/> to <see cref="Parameter.Grad"/> of all trainable parameters that it depends on.</summary>
    /// <param name="root">Result of the forward pass.</param>
    /// <param name="seed">Gradient of the final loss with respect to <paramref name="root"/>; 1 for a scalar when absent.</param>
    public static void Run(Tensor root, Tensor? seed)
    {
        if (root is not Parameter { IsTrainable: true } && root.GradNode is null)
        {
            throw NothingRecorded(root);
        }

        string op = root.GradNode?.Op ?? "parameter";
        if (seed is null && root.ElementCount != 1)
        {
            throw new AutogradException(
                "Backward: only a tensor with one element can start a backward pass without a gradient.",
                op,
                $"{root}",
                "Reduce it to a scalar (Sum, Mean), or pass its gradient to Backward.");
        }

        if (seed is not null && (seed.Shape != root.Shape || seed.DType != root.DType))
        {
            throw new AutogradException("Backward: the gradient given does not fit the tensor.", op, $"tensor {root}, gradient {seed}", "Pass a gradient of the same shape and dtype.");
        }

        using GradMode noGrad = GradMode.NoGrad();
        using var scope = TensorScope.Begin("backward");
        seed ??= Tensor.Full(root.DType, 1, root.Shape.Dimensions);
        if (root is Parameter parameter)
        {
            Collect(parameter, seed);
        }
        else if (root.GradNode is { } start)
        {
            Walk(start, Owned(seed), scope);
        }
    }

    private static void Walk(GraphNode start, Tensor seed, TensorScope scope)
    {
        List<GraphNode> nodes = Collect(start);
        try
        {
            start.PendingGrad = seed;
            foreach (GraphNode node in nodes)
            {
                Visit(node);
                scope.FreeAll();
            }
        }
        finally
        {
            foreach (GraphNode node in nodes)
            {
                node.PendingGrad?.Dispose();
                node.PendingGrad = null;
            }
        }
    }

    private static void Visit(GraphNode node)
    {
        if (node.PendingGrad is not { } grad)
        {
            return; // no op that uses this result wanted a gradient from it
        }

        node.PendingGrad = null;
        try
        {
            var context = new BackwardContext(node, grad);
            node.Run(context);
            for (int i = 0; i < node.Edges.Length; i++)
            {
                if (node.Edges[i].IsNeeded && context.InputGrad(i) is { } gradient)
                {
                    Deliver(node, i, gradient);
                }
            }
        }
        finally
        {
            grad.Dispose();
        }
    }

    private static void Deliver(GraphNode node, int index, Tensor gradient)
    {
        if (NumericsCheck.IsOn)
        {
            using OpContext path = OpContext.Restore(node.ModulePath);
            NumericsCheck.Inspect(gradient, node.Op, $"the gradient of input {index}");
        }

        GraphEdge edge = node.Edges[index];
        if (edge.Parameter is { } parameter)
        {
            Collect(parameter, gradient);
        }
        else if (edge.Node is { } input)
        {
            input.PendingGrad = Accumulate(input.PendingGrad, gradient);
        }
    }

    private static void Collect(Parameter parameter, Tensor gradient)
    {
        // A parameter's gradient is written in place (clipping, accumulation), so nobody else may see its bytes.
        bool isOwn = gradient.Storage.IsExclusive && gradient.IsContiguous;
        parameter.Grad = Accumulate(parameter.Grad, isOwn || parameter.Grad is not null ? gradient : Strided.Clone(gradient));
    }

    /// <summary>Adds to a collected gradient in place where nobody else sees its bytes; otherwise to a copy.</summary>
    private static Tensor Accumulate(Tensor? collected, Tensor gradient)
    {
        if (collected is null)
        {
            return Owned(gradient);
        }

        if (collected.Storage.IsExclusive && collected.IsContiguous)
        {
            Ops.AddInPlace(collected, gradient);
            return collected;
        }

        Tensor sum = Owned(Ops.Add(collected, gradient));
        collected.Dispose();
        return sum;
    }

    /// <summary>A handle that no scope frees, on the same bytes.</summary>
    private static Tensor Owned(Tensor tensor)
    {
        Tensor handle = tensor.Detach();
        TensorScope.Abandon(handle);
        return handle;
    }

    private static List<GraphNode> Collect(GraphNode start)
    {
        long pass = Interlocked.Increment(ref s_passes);
        start.SeenBy = pass;
        var pending = new Stack<GraphNode>([start]);
        var nodes = new List<GraphNode>();
        while (pending.Count > 0)
        {
            GraphNode node = pending.Pop();
            nodes.Add(node);
            foreach (GraphEdge edge in node.Edges)
            {
                if (edge.Node is { } input && input.SeenBy != pass)
                {
                    input.SeenBy = pass;
                    pending.Push(input);
                }
            }
        }

        nodes.Sort(static (a, b) => b.Order.CompareTo(a.Order));
        return nodes;
    }

    private static AutogradException NothingRecorded(Tensor root) => new(
        "Backward: no gradient was recorded for this tensor.",
        OpContext.Describe("backward"),
        $"{root}; gradients are {(GradMode.IsOn ? "recorded, but no trainable parameter leads here" : "switched off here")}",
        "Run the forward pass with trainable parameters and outside NoGrad.");
}
