using Hone.Tensors.Errors;

namespace Hone.Tensors.Autograd;

/// <summary>What an op's backward sees: the gradient of its output, what it saved, and which inputs want a gradient.</summary>
internal sealed class BackwardContext(GraphNode node, Tensor grad)
{
    private readonly Tensor?[] _inputGrads = new Tensor?[node.Edges.Length];

    /// <summary>Gradient of the loss with respect to the op's output, of its shape and dtype; strides are arbitrary.</summary>
    public Tensor Grad { get; } = grad;

    /// <summary>Whether input <paramref name="index"/> wants its gradient; computing it otherwise is waste.</summary>
    public bool Needs(int index) => node.Edges[index].IsNeeded;

    /// <summary>Number of inputs.</summary>
    public int InputCount => node.Edges.Length;

    /// <summary>Shape of input <paramref name="index"/>.</summary>
    public Shape InputShape(int index) => node.Edges[index].Shape;

    /// <summary>Element type of input <paramref name="index"/>.</summary>
    public DType InputDType(int index) => node.Edges[index].DType;

    /// <summary>The tensor saved at <paramref name="index"/>.</summary>
    public Tensor Saved(int index) => node.Saved(index).Open(node.Op);

    /// <summary>The non-tensor state given when the op was recorded.</summary>
    public T State<T>() => (T)node.State!; // the op's own record, which is never null where it is asked for

    /// <summary>Gives the gradient of input <paramref name="index"/>, of that input's shape and dtype.</summary>
    public void Set(int index, Tensor gradient)
    {
        if (gradient.Shape != node.Edges[index].Shape || gradient.DType != node.Edges[index].DType)
        {
            throw new AutogradException(
                $"{node.Op}: its backward gave a gradient of the wrong form for input {index}.",
                OpContext.Describe(node.Op),
                $"input {node.Edges[index].DType.Name} {node.Edges[index].Shape}, gradient {gradient}",
                "This is a defect of the op; please report it with this text.");
        }

        _inputGrads[index] = gradient;
    }

    public Tensor? InputGrad(int index) => _inputGrads[index];
}
