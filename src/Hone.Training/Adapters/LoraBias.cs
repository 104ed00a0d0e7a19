namespace Hone.Training.Adapters;

/// <summary>Which biases are trained beside an adapter.</summary>
public enum LoraBias
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those of layers that have an update.</summary>
    LoraOnly,

    /// <summary>All of the model's.</summary>
    All,
}
