namespace Hone.Tensors.Kernels.Cpu.Simd;

/// <summary>A vector of f32 lanes of one width, so that a kernel is written once and compiled for each width.</summary>
/// <remarks>
/// Used as a constraint on a struct type parameter only: the JIT then resolves every member at compile time and a kernel compiles to
/// the same instructions as one written with <c>Vector256&lt;float&gt;</c> by hand (measured: the 6 × 2 product tile runs at the FMA peak).
/// Accumulators must be separate locals, never arrays.
/// </remarks>
internal unsafe interface ISimdVector<TSelf>
    where TSelf : struct, ISimdVector<TSelf>
{
    /// <summary>Lanes in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>All lanes zero.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>All lanes <paramref name="value"/>.</summary>
    static abstract TSelf Splat(float value);

    /// <summary>Reads <see cref="Count"/> floats; any alignment.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>Reads the first <paramref name="count"/> &lt; <see cref="Count"/> floats and nothing behind them; other lanes are zero.</summary>
    static abstract TSelf LoadPartial(float* source, int count);

    /// <summary>Reads <see cref="Count"/> bf16 values widened to f32.</summary>
    static abstract TSelf LoadBFloat16(ushort* source);

    /// <summary>Reads <see cref="Count"/> IEEE half values widened to f32; subnormals, infinities and NaN included.</summary>
    static abstract TSelf LoadHalf(ushort* source);

    /// <summary>Reads <see cref="Count"/> IEEE half values widened to f32, none of them infinite or NaN: a third of the work.</summary>
    static abstract TSelf LoadFiniteHalf(ushort* source);

    /// <summary>Reads <see cref="Count"/> signed bytes as f32.</summary>
    static abstract TSelf LoadInt8(sbyte* source);

    /// <summary>Writes <see cref="Count"/> floats.</summary>
    static abstract void Store(TSelf value, float* target);

    /// <summary>Writes the first <paramref name="count"/> &lt; <see cref="Count"/> lanes and nothing behind them.</summary>
    static abstract void StorePartial(TSelf value, float* target, int count);

    /// <summary>Rounds to the nearest integer, halves to even, and writes <see cref="Count"/> signed bytes; lanes must lie within their range.</summary>
    static abstract void StoreInt8(TSelf value, sbyte* target);

    /// <summary>Rounds to the nearest integer, halves to even, and writes <see cref="Count"/> 16-bit integers; lanes must lie within their range.</summary>
    static abstract void StoreInt16(TSelf value, short* target);

    /// <summary>Rounds to nearest even bf16 (NaN stays NaN) and writes <see cref="Count"/> values.</summary>
    static abstract void StoreBFloat16(TSelf value, ushort* target);

    /// <summary>Rounds to nearest even IEEE half (overflow to infinity, subnormals kept, NaN stays NaN) and writes <see cref="Count"/> values.</summary>
    static abstract void StoreHalf(TSelf value, ushort* target);

    /// <summary>Reads <c>Count / 2</c> floats, each into two neighbouring lanes.</summary>
    static abstract TSelf LoadDuplicated(float* source);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary><c>a·b + c</c>, fused where the hardware fuses.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>Lane-wise maximum; when a lane of either is NaN the result is NaN.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>Lane-wise maximum in one instruction; where a lane of either is NaN the result is one of the two, depending on the machine.</summary>
    static abstract TSelf MaxNative(TSelf left, TSelf right);

    /// <summary>Lane-wise minimum; when a lane of either is NaN the result is NaN.</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    static abstract TSelf Sqrt(TSelf value);

    static abstract TSelf Abs(TSelf value);

    /// <summary>Rounds to the nearest integer, halves to even.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary><c>2^value</c> for integral lanes in [-126, 128], ∞ for 128, by writing the exponent field; undefined for other values and NaN.</summary>
    static abstract TSelf PowerOfTwo(TSelf value);

    /// <summary>All bits set where <c>left &lt; right</c>, none elsewhere.</summary>
    static abstract TSelf LessThan(TSelf left, TSelf right);

    /// <summary>All bits set where the lanes are equal, none elsewhere (NaN equals nothing).</summary>
    static abstract TSelf IsEqual(TSelf left, TSelf right);

    /// <summary>Lanes of <paramref name="whenTrue"/> where <paramref name="mask"/> has its bits set, of <paramref name="whenFalse"/> elsewhere.</summary>
    static abstract TSelf Select(TSelf mask, TSelf whenTrue, TSelf whenFalse);

    /// <summary>The absolute values of <paramref name="magnitude"/> with the sign bits of <paramref name="sign"/>.</summary>
    static abstract TSelf CopySign(TSelf magnitude, TSelf sign);

    /// <summary>Unbiased exponent of positive normal lanes, as f32.</summary>
    static abstract TSelf Exponent(TSelf value);

    /// <summary>Positive normal lanes scaled by a power of two to [1, 2).</summary>
    static abstract TSelf Significand(TSelf value);

    /// <summary>Exchanges lanes 0 and 1, 2 and 3, and so on.</summary>
    static abstract TSelf SwapPairs(TSelf value);

    /// <summary>Sum of the lanes in a fixed order (pairwise halves).</summary>
    static abstract float Sum(TSelf value);

    /// <summary>Largest lane.</summary>
    static abstract float MaxLane(TSelf value);
}
