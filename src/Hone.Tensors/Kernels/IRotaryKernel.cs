namespace Hone.Tensors.Kernels;

/// <summary>Rotary position embedding: turns pairs of elements of each head by an angle that grows with the token's position.</summary>
/// <remarks>
/// <c>(a, b) → (a·cos − b·sin, b·cos + a·sin)</c>; the gradient is the turn back. Elements from <c>RotaryDim</c> on are copied.
/// Source: arXiv:2104.09864, section 3.4.
/// </remarks>
internal unsafe interface IRotaryKernel
{
    /// <summary>Turns every head of every token; the target may be the source with the same strides.</summary>
    /// <param name="rows">Sizes and strides of the heads.</param>
    /// <param name="source">First element of the heads.</param>
    /// <param name="target">Where the turned heads go.</param>
    /// <param name="positions"><c>[batch, tokens]</c>, each in [0, <c>rows.TablePositions</c>).</param>
    /// <param name="cos"><c>[positions, rotaryDim / 2]</c>.</param>
    /// <param name="sin">As <paramref name="cos"/>.</param>
    /// <param name="isBackward">Turns back: the gradient, and the inverse.</param>
    /// <exception cref="ArgumentOutOfRangeException">A position lies outside the table; the message names token and value.</exception>
    void Rotate(in RotaryRows rows, float* source, float* target, int* positions, float* cos, float* sin, bool isBackward);
}
