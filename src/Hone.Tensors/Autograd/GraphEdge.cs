namespace Hone.Tensors.Autograd;

/// <summary>Where the gradient of one input of an op goes: to the op that made it, to a parameter, or nowhere.</summary>
internal readonly struct GraphEdge
{
    public GraphEdge(Tensor input)
    {
        Shape = input.Shape;
        DType = input.DType;
        if (input is Parameter { IsTrainable: true } parameter)
        {
            Parameter = parameter;
        }
        else if (input.GradNode is { } node)
        {
            node.Hold();
            Node = node;
        }
    }

    public GraphNode? Node { get; }

    public Parameter? Parameter { get; }

    public Shape Shape { get; }

    public DType DType { get; }

    /// <summary>Whether anything upstream wants this gradient.</summary>
    public bool IsNeeded => Node is not null || Parameter is not null;
}
