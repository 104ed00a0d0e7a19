using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Tensors.Kernels.Cpu.Simd;

/// <summary>16 32-bit integer lanes in a 512-bit vector.</summary>
internal readonly unsafe struct Lanes512(Vector512<int> value) : IIntVector<Lanes512, Vec512>
{
    private readonly Vector512<int> _value = value;

    public static Lanes512 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<int>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(void* source) => new(Vector512.Load((int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Repeat(void* source) => new(Vector512.Create(*(int*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LowNibbles(Lanes512 value) => new(value._value & Vector512.Create(0x0f0f0f0f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 HighNibbles(Lanes512 value) => new((value._value.AsInt16() >>> 4).AsInt32() & Vector512.Create(0x0f0f0f0f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LowBytes(Lanes512 value) => new(((value._value.AsInt16() << 8) >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 HighBytes(Lanes512 value) => new((value._value.AsInt16() >> 8).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 StartBytes(int pair) => new(Vector512.Create(pair));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 AddBytes(Lanes512 sum, Lanes512 unsigned, Lanes512 signed) =>
        Avx512BW.IsSupported
            ? new((sum._value.AsInt16() + Avx512BW.MultiplyAddAdjacent(unsigned._value.AsByte(), signed._value.AsSByte())).AsInt32())
            : Join(
                Lanes256.AddPairsOfBytes(sum.Lower, unsigned.Lower, signed.Lower),
                Lanes256.AddPairsOfBytes(sum.Upper, unsigned.Upper, signed.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512 BytesToSingle(Lanes512 sum) => ToSingle(AddPairs(Zero, sum, new(Vector512.Create((short)1).AsInt32())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 AddPairs(Lanes512 sum, Lanes512 left, Lanes512 right) =>
        Avx512BW.IsSupported
            ? new(sum._value + Avx512BW.MultiplyAddAdjacent(left._value.AsInt16(), right._value.AsInt16()))
            : Join(Lanes256.AddPairs(sum.Lower, left.Lower, right.Lower), Lanes256.AddPairs(sum.Upper, left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vec512 ToSingle(Lanes512 value) => new(Vector512.ConvertToSingle(value._value));

    private Lanes256 Lower => new(_value.GetLower());

    private Lanes256 Upper => new(_value.GetUpper());

    private static Lanes512 Join(Lanes256 lower, Lanes256 upper) => new(Vector512.Create(lower.Value, upper.Value));
}
