using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Tensors.Kernels.Cpu.Simd;

/// <summary>4 32-bit integer lanes in a 128-bit vector.</summary>
internal readonly unsafe struct Lanes128(Vector128<int> value) : IIntVector<Lanes128, Vec128>
{
    private readonly Vector128<int> _value = value;

    public static Lanes128 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<int>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(void* source) => new(Vector128.Load((int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Repeat(void* source) => new(Vector128.Create(*(int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LowNibbles(Lanes128 value) => new(value._value & Vector128.Create(0x0f0f0f0f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 HighNibbles(Lanes128 value) => new((value._value.AsInt16() >>> 4).AsInt32() & Vector128.Create(0x0f0f0f0f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LowBytes(Lanes128 value) => new(((value._value.AsInt16() << 8) >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 HighBytes(Lanes128 value) => new((value._value.AsInt16() >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 StartBytes(int pair) => new(Vector128.Create(pair));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 AddBytes(Lanes128 sum, Lanes128 unsigned, Lanes128 signed)
    {
        if (Ssse3.IsSupported)
        {
            return new((sum._value.AsInt16() + Ssse3.MultiplyAddAdjacent(unsigned._value.AsByte(), signed._value.AsSByte())).AsInt32());
        }

        // Both factors sign-extended to 16 bits: unsigned bytes are below 128. Neighbours of the first and of the second half are added.
        Vector128<short> low = LowBytes(unsigned)._value.AsInt16() * LowBytes(signed)._value.AsInt16();
        Vector128<short> high = HighBytes(unsigned)._value.AsInt16() * HighBytes(signed)._value.AsInt16();
        return new((sum._value.AsInt16() + low + high).AsInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 BytesToSingle(Lanes128 sum) => ToSingle(AddPairs(Zero, sum, new(Vector128.Create((short)1).AsInt32())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 AddPairs(Lanes128 sum, Lanes128 left, Lanes128 right)
    {
        if (Sse2.IsSupported)
        {
            return new(sum._value + Sse2.MultiplyAddAdjacent(left._value.AsInt16(), right._value.AsInt16()));
        }

        Vector128<int> low = ((left._value << 16) >> 16) * ((right._value << 16) >> 16);
        return new(sum._value + low + ((left._value >> 16) * (right._value >> 16)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec128 ToSingle(Lanes128 value) => new(Vector128.ConvertToSingle(value._value));

    /// <summary>The lanes.</summary>
    public Vector128<int> Value => _value;
}
