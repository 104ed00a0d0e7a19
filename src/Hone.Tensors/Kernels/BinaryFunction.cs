namespace Hone.Tensors.Kernels;

/// <summary>Functions of two numbers that <see cref="IBinaryKernel"/> maps over two tensors.</summary>
internal enum BinaryFunction
{
    /// <summary><c>a + b</c>.</summary>
    Add,

    /// <summary><c>a − b</c>.</summary>
    Subtract,

    /// <summary><c>a · b</c>.</summary>
    Multiply,

    /// <summary><c>a / b</c>.</summary>
    Divide,

    /// <summary>The larger; NaN when either is NaN.</summary>
    Maximum,

    /// <summary>The smaller; NaN when either is NaN.</summary>
    Minimum,
}
