using Hone.Models.Nn;

namespace Hone.Inference.Adapters;

/// <summary>A trained adapter that requests can ask for; several may be used in one batch.</summary>
/// <param name="name">Shown in messages.</param>
/// <param name="layers">The update of each linear layer that has one; layers of the engine's model.</param>
public sealed class EngineAdapter(string name, IReadOnlyDictionary<Linear, ILinearAdapter> layers)
{
    /// <summary>Shown in messages.</summary>
    public string Name { get; } = name;

    /// <summary>The update of each linear layer that has one.</summary>
    public IReadOnlyDictionary<Linear, ILinearAdapter> Layers { get; } = layers;
}
