namespace Hone.Tensors;

/// <summary>What the suites know of an op: the calls on which its values and gradients are tested. One sits in every op's file.</summary>
internal abstract class OpDefinition
{
    /// <summary>Calls that together cover the op's options and shapes, among them one on an empty tensor.</summary>
    public abstract IEnumerable<OpSample> Samples { get; }
}
