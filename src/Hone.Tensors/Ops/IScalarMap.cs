using System.Numerics;

namespace Hone.Tensors;

/// <summary>A function of one element and two numbers that are the same for all elements, with its derivative.</summary>
internal interface IScalarMap
{
    /// <summary>Whether <see cref="Derivative{T}"/> looks at the element; when not, nothing is saved.</summary>
    static abstract bool DerivativeNeedsInput { get; }

    /// <summary>Whether the function is <c>a·x</c>, which the fast kernel for multiples computes in both directions.</summary>
    static virtual bool IsMultiple => false;

    /// <summary>The function.</summary>
    static abstract T Apply<T>(T x, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Its derivative with respect to <paramref name="x"/>.</summary>
    static abstract T Derivative<T>(T x, T a, T b)
        where T : unmanaged, IFloatingPointIeee754<T>;
}
