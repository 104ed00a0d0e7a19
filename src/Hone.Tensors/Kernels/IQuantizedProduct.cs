namespace Hone.Tensors.Kernels;

/// <summary>A packed quantized weight <c>[n, k]</c>, which serves both directions with one copy.</summary>
internal unsafe interface IQuantizedProduct : IPackedProduct
{
    /// <summary><c>dx[m, k] += g[m, n]·W</c>.</summary>
    /// <param name="m">Rows of g and dx.</param>
    /// <param name="g">First element of g.</param>
    /// <param name="ldg">Floats between rows of g.</param>
    /// <param name="dx">First element of dx, rows contiguous.</param>
    void AddTransposed(int m, float* g, nint ldg, float* dx);
}
