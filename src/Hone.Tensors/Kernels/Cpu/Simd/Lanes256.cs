using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Tensors.Kernels.Cpu.Simd;

/// <summary>8 32-bit integer lanes in a 256-bit vector.</summary>
internal readonly unsafe struct Lanes256(Vector256<int> value) : IIntVector<Lanes256, Vec256>
{
    private readonly Vector256<int> _value = value;

    public static Lanes256 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<int>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(void* source) => new(Vector256.Load((int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Repeat(void* source) => new(Vector256.Create(*(int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LowNibbles(Lanes256 value) => new(value._value & Vector256.Create(0x0f0f0f0f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 HighNibbles(Lanes256 value) => new((value._value.AsInt16() >>> 4).AsInt32() & Vector256.Create(0x0f0f0f0f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LowBytes(Lanes256 value) => new(((value._value.AsInt16() << 8) >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 HighBytes(Lanes256 value) => new((value._value.AsInt16() >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 StartBytes(int pair) => new(Vector256.Create(AvxVnni.IsSupported ? (short)pair + (pair >> 16) : pair));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 AddBytes(Lanes256 sum, Lanes256 unsigned, Lanes256 signed) =>
        AvxVnni.IsSupported
            ? new(AvxVnni.MultiplyWideningAndAdd(sum._value, unsigned._value.AsByte(), signed._value.AsSByte()))
            : AddPairsOfBytes(sum, unsigned, signed);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256 BytesToSingle(Lanes256 sum) => ToSingle(AvxVnni.IsSupported ? sum : AddPairs(Zero, sum, new(Vector256.Create((short)1).AsInt32())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 AddPairs(Lanes256 sum, Lanes256 left, Lanes256 right) =>
        AvxVnni.IsSupported ? new(AvxVnni.MultiplyWideningAndAdd(sum._value, left._value.AsInt16(), right._value.AsInt16()))
        : Avx2.IsSupported ? new(sum._value + Avx2.MultiplyAddAdjacent(left._value.AsInt16(), right._value.AsInt16()))
        : Join(Lanes128.AddPairs(sum.Lower, left.Lower, right.Lower), Lanes128.AddPairs(sum.Upper, left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec256 ToSingle(Lanes256 value) => new(Vector256.ConvertToSingle(value._value));

    /// <summary>The lanes.</summary>
    public Vector256<int> Value => _value;

    /// <summary><see cref="AddBytes"/> with two 16-bit sums a lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 AddPairsOfBytes(Lanes256 sum, Lanes256 unsigned, Lanes256 signed) =>
        Avx2.IsSupported
            ? new((sum._value.AsInt16() + Avx2.MultiplyAddAdjacent(unsigned._value.AsByte(), signed._value.AsSByte())).AsInt32())
            : Join(
                Lanes128.AddBytes(sum.Lower, unsigned.Lower, signed.Lower),
                Lanes128.AddBytes(sum.Upper, unsigned.Upper, signed.Upper));

    private Lanes128 Lower => new(_value.GetLower());

    private Lanes128 Upper => new(_value.GetUpper());

    private static Lanes256 Join(Lanes128 lower, Lanes128 upper) => new(Vector256.Create(lower.Value, upper.Value));
}
