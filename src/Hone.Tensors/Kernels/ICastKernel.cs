namespace Hone.Tensors.Kernels;

/// <summary>Conversions between f32 and the 16-bit floats; all other pairs go element by element.</summary>
internal unsafe interface ICastKernel
{
    /// <summary>Whether <see cref="Convert"/> does this pair.</summary>
    bool Supports(DType from, DType to);

    /// <summary>Converts contiguous elements: widening is exact, narrowing rounds to nearest even, NaN stays NaN.</summary>
    /// <exception cref="ArgumentException">The pair is not supported.</exception>
    void Convert(DType from, void* source, DType to, void* target, long count);
}
