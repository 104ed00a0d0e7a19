using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Tensors.Kernels.Cpu.Simd;

/// <summary>4 f32 lanes in a 128-bit vector.</summary>
internal readonly unsafe struct Vec128(Vector128<float> value) : ISimdVector<Vec128>
{
    private readonly Vector128<float> _value = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    public static Vec128 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<float>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 Splat(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 Load(float* source) => new(Vector128.Load(source));

    public static Vec128 LoadPartial(float* source, int count)
    {
        float* lanes = stackalloc float[4];
        Vector128<float>.Zero.Store(lanes);
        for (int i = 0; i < count; i++)
        {
            lanes[i] = source[i];
        }

        return new(Vector128.Load(lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 LoadBFloat16(ushort* source) => new((Widen(source) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 LoadHalf(ushort* source)
    {
        Vector128<uint> bits = Widen(source);
        Vector128<uint> magnitude = (bits & Vector128.Create(0x7fffu)) << 13;
        Vector128<uint> sign = (bits & Vector128.Create(0x8000u)) << 16;
        // 2^112 moves the exponent bias from 15 to 127 and normalises subnormals on the way; infinity and NaN need the full exponent.
        Vector128<uint> scaled = (magnitude.AsSingle() * Vector128.Create(5.192296858534828e33f)).AsUInt32();
        Vector128<uint> special = Vector128.GreaterThanOrEqual(magnitude, Vector128.Create(0x0f800000u));
        Vector128<uint> exponent = special & Vector128.Create(0x7f800000u);
        return new((scaled | exponent | sign).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 LoadFiniteHalf(ushort* source)
    {
        // Sign-extended and shifted, the sign fills the bits above the magnitude: all but the first of them go. 2^112 moves the exponent bias.
        Vector128<int> bits = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)source).AsInt16());
        return new(((bits << 13) & Vector128.Create(unchecked((int)0x8fffe000))).AsSingle() * Vector128.Create(5.192296858534828e33f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 LoadInt8(sbyte* source)
    {
        Vector128<short> pairs = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(int*)source).AsSByte());
        return new(Vector128.ConvertToSingle(Vector128.WidenLower(pairs)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vec128 value, float* target) => value._value.Store(target);

    public static void StorePartial(Vec128 value, float* target, int count)
    {
        float* lanes = stackalloc float[4];
        value._value.Store(lanes);
        for (int i = 0; i < count; i++)
        {
            target[i] = lanes[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInt8(Vec128 value, sbyte* target) => *(int*)target = Vector128.Narrow(Shorts(value), Vector128<short>.Zero).AsInt32().ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInt16(Vec128 value, short* target) => *(long*)target = Shorts(value).AsInt64().ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBFloat16(Vec128 value, ushort* target)
    {
        Vector128<uint> bits = value._value.AsUInt32();
        Vector128<uint> rounded = (bits + Vector128.Create(0x7fffu) + ((bits >>> 16) & Vector128<uint>.One)) >>> 16;
        Vector128<uint> quiet = (bits >>> 16) | Vector128.Create(0x40u);
        Vector128<uint> isNumber = Vector128.Equals(value._value, value._value).AsUInt32();
        Vector128<uint> result = Vector128.ConditionalSelect(isNumber, rounded, quiet);
        Vector64.Narrow(result.GetLower(), result.GetUpper()).Store(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreHalf(Vec128 value, ushort* target)
    {
        Vector128<uint> bits = value._value.AsUInt32();
        Vector128<uint> magnitude = bits & Vector128.Create(0x7fffffffu);
        Vector128<uint> sign = (bits >>> 16) & Vector128.Create(0x8000u);
        // Normal results: rebias the exponent from 127 to 15 and round the 13 dropped bits to nearest even.
        Vector128<uint> normal = (magnitude + Vector128.Create(0xc8000fffu) + ((magnitude >>> 13) & Vector128<uint>.One)) >>> 13;
        // Subnormal results: adding 0.5 moves their last bit to bit 0 of the sum, rounded by the adder.
        Vector128<uint> subnormal = (magnitude.AsSingle() + Vector128.Create(0.5f)).AsUInt32() - Vector128.Create(0x3f000000u);
        Vector128<uint> infinityOrNaN = Vector128.ConditionalSelect(
            Vector128.GreaterThan(magnitude, Vector128.Create(0x7f800000u)), Vector128.Create(0x7e00u), Vector128.Create(0x7c00u));
        Vector128<uint> result = Vector128.ConditionalSelect(Vector128.LessThan(magnitude, Vector128.Create(0x38800000u)), subnormal, normal);
        result = Vector128.ConditionalSelect(Vector128.LessThan(magnitude, Vector128.Create(0x47800000u)), result, infinityOrNaN) | sign;
        Vector64.Narrow(result.GetLower(), result.GetUpper()).Store(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 LoadDuplicated(float* source) =>
        new(Vector128.Shuffle(Vector128.CreateScalarUnsafe(*(ulong*)source).AsSingle(), Vector128.Create(0, 0, 1, 1)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 operator +(Vec128 left, Vec128 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 operator -(Vec128 left, Vec128 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 operator *(Vec128 left, Vec128 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 operator /(Vec128 left, Vec128 right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 MultiplyAdd(Vec128 a, Vec128 b, Vec128 c) => new(Vector128.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 Max(Vec128 left, Vec128 right) => new(Vector128.Max(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 MaxNative(Vec128 left, Vec128 right) => new(Vector128.MaxNative(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 Min(Vec128 left, Vec128 right) => new(Vector128.Min(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 Sqrt(Vec128 value) => new(Vector128.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 Abs(Vec128 value) => new(Vector128.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 Round(Vec128 value) => new(Vector128.Round(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 PowerOfTwo(Vec128 value) => new(((Vector128.ConvertToInt32Native(value._value) + Vector128.Create(127)) << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 LessThan(Vec128 left, Vec128 right) => new(Vector128.LessThan(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 IsEqual(Vec128 left, Vec128 right) => new(Vector128.Equals(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 Select(Vec128 mask, Vec128 whenTrue, Vec128 whenFalse) =>
        // Masks are all ones or all zeros per lane, which the general selection by bits cannot know.
        new(Sse41.IsSupported
            ? Sse41.BlendVariable(whenFalse._value, whenTrue._value, mask._value)
            : Vector128.ConditionalSelect(mask._value, whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 CopySign(Vec128 magnitude, Vec128 sign) => new(Vector128.CopySign(magnitude._value, sign._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 Exponent(Vec128 value) =>
        new(Vector128.ConvertToSingle((value._value.AsInt32() >> 23) - Vector128.Create(127)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 Significand(Vec128 value) =>
        new(((value._value.AsUInt32() & Vector128.Create(0x007fffffu)) | Vector128.Create(0x3f800000u)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 SwapPairs(Vec128 value) =>
        new(Vector128.Shuffle(value._value, Vector128.Create(1, 0, 3, 2)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vec128 value) => (value._value[0] + value._value[2]) + (value._value[1] + value._value[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLane(Vec128 value) => MathF.Max(MathF.Max(value._value[0], value._value[2]), MathF.Max(value._value[1], value._value[3]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Shorts(Vec128 value) => Vector128.Narrow(Vector128.ConvertToInt32Native(Vector128.Round(value._value)), Vector128<int>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Widen(ushort* source) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16());
}
