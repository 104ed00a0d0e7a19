namespace Hone.Tensors.Kernels;

/// <summary>What <see cref="IReductionKernel"/> makes of a row.</summary>
internal enum RowReduction
{
    /// <summary><c>Σ x</c>; 0 for an empty row.</summary>
    Sum,

    /// <summary><c>Σ x / n</c>; NaN for an empty row.</summary>
    Mean,

    /// <summary><c>Σ x²</c>; 0 for an empty row.</summary>
    SumSquares,

    /// <summary>The largest element, NaN when one is NaN; −∞ for an empty row.</summary>
    Max,

    /// <summary>The smallest element, NaN when one is NaN; ∞ for an empty row.</summary>
    Min,

    /// <summary><c>ln Σ e^x</c>; −∞ for an empty row and a row of −∞.</summary>
    LogSumExp,
}
