namespace Hone.Training.Optimizers;

/// <summary>The norm that gradients are measured by.</summary>
public enum NormKind
{
    /// <summary>Root of the sum of squares.</summary>
    L2,

    /// <summary>Sum of absolute values.</summary>
    L1,

    /// <summary>Largest absolute value.</summary>
    Max,
}
