namespace Hone.Tensors.Kernels;

/// <summary>Functions of one number that <see cref="IUnaryKernel"/> maps over a tensor.</summary>
internal enum UnaryFunction
{
    /// <summary><c>−x</c>.</summary>
    Negate,

    /// <summary><c>|x|</c>; derivative sign(x), 0 at 0.</summary>
    Abs,

    /// <summary><c>x²</c>.</summary>
    Square,

    /// <summary><c>1/x</c>.</summary>
    Reciprocal,

    /// <summary><c>√x</c>.</summary>
    Sqrt,

    /// <summary><c>1/√x</c>.</summary>
    Rsqrt,

    /// <summary><c>e^x</c>.</summary>
    Exp,

    /// <summary><c>ln x</c>.</summary>
    Log,

    /// <summary><c>tanh x</c>.</summary>
    Tanh,

    /// <summary><c>1/(1 + e^−x)</c>.</summary>
    Sigmoid,

    /// <summary><c>x·sigmoid(x)</c>.</summary>
    Silu,

    /// <summary><c>x·Φ(x)</c>, by the error function.</summary>
    Gelu,

    /// <summary>GELU's tanh approximation.</summary>
    GeluTanh,

    /// <summary><c>max(x, 0)</c>; derivative 0 at 0.</summary>
    Relu,

    /// <summary><c>ln(1 + e^x)</c>.</summary>
    Softplus,

    /// <summary><c>erf x</c>.</summary>
    Erf,
}
