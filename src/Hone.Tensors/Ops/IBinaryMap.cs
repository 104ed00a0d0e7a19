using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <summary>A function of two numbers, applied element by element to broadcast operands, with its partial derivatives.</summary>
internal interface IBinaryMap
{
    /// <summary>Whether the derivatives look at the operands; when not, nothing is saved.</summary>
    static abstract bool DerivativesNeedInputs { get; }

    /// <summary>Whether the result's gradient is itself the gradient of both operands, so that nothing need be computed.</summary>
    static virtual bool PassesGradientOn => false;

    /// <summary>The fast kernel's name for this function, when it has one.</summary>
    static virtual BinaryFunction? Kernel => null;

    /// <summary>Gradient of one operand by fast kernels, before it is summed over broadcast dimensions; <see langword="null"/> leaves it to the functions below.</summary>
    static virtual Tensor? FastGradient(int side, Tensor g, Tensor left, Tensor right) => null;

    /// <summary>The function.</summary>
    static abstract T Apply<T>(T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Gradient of the first operand for the result's gradient <paramref name="g"/>.</summary>
    static abstract T GradLeft<T>(T g, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Gradient of the second operand for the result's gradient <paramref name="g"/>.</summary>
    static abstract T GradRight<T>(T g, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T>;
}
