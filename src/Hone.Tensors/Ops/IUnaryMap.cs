using System.Numerics;
using Hone.Tensors.Kernels;

namespace Hone.Tensors;

/// <summary>A function of one number, applied to every element, with its derivative.</summary>
internal interface IUnaryMap
{
    /// <summary>The fast kernel's name for this function, when it has one.</summary>
    static virtual UnaryFunction? Kernel => null;

    /// <summary>The function.</summary>
    static abstract T Apply<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Its derivative at <paramref name="x"/>, where the function has the value <paramref name="y"/>.</summary>
    static abstract T Derivative<T>(T x, T y)
        where T : unmanaged, IFloatingPointIeee754<T>;
}
