using Hone.Tensors.Errors;

namespace Hone.Tensors.Autograd;

/// <summary>One recorded op: where its gradient goes and what it saved. Freed as the backward pass leaves it, or with the last tensor that leads to it.</summary>
internal sealed class GraphNode
{
    private static long s_created;

    private readonly BackwardFunction _backward;
    private SavedTensor[]? _saved;
    private Tensor? _result;
    private int _holders = 1;

    public GraphNode(string op, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor?> saved, object? state, BackwardFunction backward, RecomputeFunction? recompute = null)
    {
        Op = op;
        ModulePath = OpContext.Path;
        State = state;
        Recompute = recompute;
        _backward = backward;
        Order = Interlocked.Increment(ref s_created);
        Edges = new GraphEdge[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            Edges[i] = new GraphEdge(inputs[i]);
        }

        _saved = saved.Length == 0 ? [] : new SavedTensor[saved.Length];
        for (int i = 0; i < saved.Length; i++)
        {
            _saved[i] = new SavedTensor(saved[i]);
        }
    }

    /// <summary>Name of the op.</summary>
    public string Op { get; }

    /// <summary>Module that ran it.</summary>
    public string ModulePath { get; }

    /// <summary>Creation number: an op is always made after its inputs, so descending order is a valid backward order.</summary>
    public long Order { get; }

    /// <summary>One edge per input.</summary>
    public GraphEdge[] Edges { get; }

    /// <summary>What the op needs besides tensors.</summary>
    public object? State { get; }

    /// <summary>
    /// Computes the op's result again from what the op saved, the same bytes; <see langword="null"/> where that would cost too much. Ops that use such
    /// a result save this node in its place, and its memory is free until the backward pass comes by.
    /// </summary>
    public RecomputeFunction? Recompute { get; }

    /// <summary>The last backward pass that found this node.</summary>
    public long SeenBy { get; set; }

    /// <summary>Gradient collected from the ops that use this one's output, while a backward pass runs.</summary>
    public Tensor? PendingGrad { get; set; }

    /// <summary>Whether the backward pass has used this node up.</summary>
    public bool IsSpent => _saved is null;

    public SavedTensor Saved(int index) => (_saved ?? throw AlreadyUsed())[index];

    /// <summary>The op's result, computed again at the first call and kept until the node is freed, as a new handle in the current scope.</summary>
    public Tensor OpenResult()
    {
        if (_result is null)
        {
            using OpContext path = OpContext.Restore(ModulePath);
            Tensor result = Recompute!(this); // saved tensors refer to nodes that have one
            _result = result.Detach();
            TensorScope.Abandon(_result);
        }

        return _result.Detach();
    }

    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Removes a holder (the output tensor, or an op that uses it); the last one releases all that only this node kept alive.</summary>
    public void LetGo()
    {
        GraphNode? node = this;
        Stack<GraphNode>? pending = null; // a long chain must not recurse
        while (node is not null)
        {
            if (Interlocked.Decrement(ref node._holders) == 0)
            {
                node.ReleaseSaved();
                foreach (GraphEdge edge in node.Edges)
                {
                    if (edge.Node is { } input)
                    {
                        (pending ??= new Stack<GraphNode>()).Push(input);
                    }
                }
            }

            node = pending is { Count: > 0 } ? pending.Pop() : null;
        }
    }

    /// <summary>Runs the op's backward and frees what it saved.</summary>
    public void Run(BackwardContext context)
    {
        if (IsSpent)
        {
            throw AlreadyUsed();
        }

        using OpContext path = OpContext.Restore(ModulePath);
        _backward(context);
        ReleaseSaved();
    }

    private void ReleaseSaved()
    {
        SavedTensor[]? saved = _saved;
        _saved = null;
        _result?.Dispose();
        _result = null;
        foreach (SavedTensor tensor in saved ?? [])
        {
            tensor.Release();
        }
    }

    private AutogradException AlreadyUsed() => new(
        $"Backward: the graph through {Op} was used already and is freed.",
        ModulePath.Length == 0 ? Op : $"{ModulePath} ({Op})",
        "a second backward pass over the same forward pass",
        "Run the forward pass again, or add the losses and call Backward once.");
}
