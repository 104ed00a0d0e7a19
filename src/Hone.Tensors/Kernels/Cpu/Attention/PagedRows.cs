using System.Runtime.CompilerServices;
using Hone.Tensors.Kernels.Cpu.Simd;

namespace Hone.Tensors.Kernels.Cpu.Attention;

/// <summary>The state of online softmax for some rows: per row the largest score, the sum of the exponentials and the unnormalised output.</summary>
internal readonly unsafe struct PagedRows(float* max, float* sum, float* output, int width)
{
    /// <summary>Per row, padded to whole vectors.</summary>
    public float* Max { get; } = max;

    /// <summary>Per row, padded to whole vectors.</summary>
    public float* Sum { get; } = sum;

    /// <summary>Rows of <see cref="Width"/> elements.</summary>
    public float* Output { get; } = output;

    /// <summary>Elements of an output row, whole panels.</summary>
    public int Width { get; } = width;

    /// <summary>Elements that the state of <paramref name="rows"/> rows takes.</summary>
    public static int Size(int rows, int width) => (2 * WholeVectors(rows)) + (rows * width);

    /// <summary>Places a state in memory of <see cref="Size"/> elements.</summary>
    public static PagedRows At(float* memory, int rows, int width) =>
        new(memory, memory + WholeVectors(rows), memory + (2 * WholeVectors(rows)), width);

    /// <summary>Makes the state that of no keys at all.</summary>
    public void Clear(int rows)
    {
        new Span<float>(Max, WholeVectors(rows)).Fill(float.NegativeInfinity);
        new Span<float>(Sum, WholeVectors(rows)).Clear();
        new Span<float>(Output, rows * Width).Clear();
    }

    /// <summary>Adds the keys of <paramref name="next"/>.</summary>
    /// <param name="next">State of later keys.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="own">Working memory, one element a row in whole vectors.</param>
    /// <param name="other">Likewise.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Merge<V>(in PagedRows next, int rows, float* own, float* other)
        where V : struct, ISimdVector<V>
    {
        V minusInfinity = V.Splat(float.NegativeInfinity);
        for (int row = 0; row < rows; row += V.Count)
        {
            V left = V.Load(Max + row), right = V.Load(next.Max + row);
            V largest = V.Select(V.LessThan(left, right), right, left);
            V.Store(largest, Max + row);
            V shift = V.Select(V.IsEqual(largest, minusInfinity), V.Zero, largest); // nothing seen yet: −∞ − 0 gives a factor of 0, −∞ − −∞ would give NaN
            V ofLeft = SimdMath.ExpFlushed(left - shift), ofRight = SimdMath.ExpFlushed(right - shift);
            V.Store(ofLeft, own + row);
            V.Store(ofRight, other + row);
            V.Store(V.MultiplyAdd(V.Load(Sum + row), ofLeft, V.Load(next.Sum + row) * ofRight), Sum + row);
        }

        for (int row = 0; row < rows; row++)
        {
            V ofLeft = V.Splat(own[row]), ofRight = V.Splat(other[row]);
            float* target = Output + ((nint)row * Width);
            float* source = next.Output + ((nint)row * Width);
            for (int c = 0; c < Width; c += V.Count)
            {
                V.Store(V.MultiplyAdd(V.Load(target + c), ofLeft, V.Load(source + c) * ofRight), target + c);
            }
        }
    }

    // 16 lanes: the widest vector.
    private static int WholeVectors(int rows) => (rows + 15) / 16 * 16;
}
