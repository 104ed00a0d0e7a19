using Hone.Tensors;

namespace Hone.Training.Optimizers;

/// <summary>A parameter with what an optimizer keeps for it; the tensors live outside scopes, from the first step that has a gradient.</summary>
internal sealed class ParameterState(Parameter parameter, ParameterGroup group) : IDisposable
{
    private readonly Dictionary<string, Parameter> _slots = new(StringComparer.Ordinal);

    public Parameter Parameter { get; } = parameter;

    public ParameterGroup Group { get; } = group;

    /// <summary>Steps that changed the parameter.</summary>
    public long Steps { get; set; }

    /// <summary>The tensor of a slot.</summary>
    public Tensor this[string slot] => _slots[slot];

    /// <summary>Makes the tensors, zero.</summary>
    public void Allocate(IEnumerable<StateSlot> slots)
    {
        Dispose();
        foreach (StateSlot slot in slots)
        {
            // A frozen Parameter is a tensor that no scope frees.
            _slots.Add(slot.Name, new Parameter(Tensor.Zeros(Parameter.DType, slot.Shape), $"{Parameter.Name}.{slot.Name}", requiresGrad: false));
        }
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (Parameter slot in _slots.Values)
        {
            slot.Dispose();
        }

        _slots.Clear();
    }
}
