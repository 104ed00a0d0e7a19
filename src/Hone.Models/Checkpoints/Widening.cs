using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Hone.Tensors;

namespace Hone.Models.Checkpoints;

/// <summary>Makes tensors of bytes that cannot be used where they lie: element types that tensors do not have are read into the narrowest one that holds every value.</summary>
internal static class Widening
{
    private delegate T ElementReader<T>(ReadOnlySpan<byte> bytes);

    /// <summary>Reads little-endian elements.</summary>
    /// <param name="bytes">The elements.</param>
    /// <param name="shape">Shape of the tensor.</param>
    /// <param name="type">Element type as files name it, in lower case.</param>
    /// <param name="where">Tensor and file, for messages.</param>
    /// <exception cref="CheckpointFormatException">A value does not fit, which only u64 above 2^63 can do.</exception>
    public static Tensor Read(ReadOnlySpan<byte> bytes, Shape shape, string type, string where)
    {
        ReadOnlySpan<int> sizes = shape.Dimensions;
        return type switch
        {
            "f64" => Tensor.From(MemoryMarshal.Cast<byte, double>(bytes), sizes),
            "f32" => Tensor.From(MemoryMarshal.Cast<byte, float>(bytes), sizes),
            "bf16" => Tensor.From(MemoryMarshal.Cast<byte, BFloat16>(bytes), sizes),
            "f16" => Tensor.From(MemoryMarshal.Cast<byte, Half>(bytes), sizes),
            "i64" => Tensor.From(MemoryMarshal.Cast<byte, long>(bytes), sizes),
            "i32" => Tensor.From(MemoryMarshal.Cast<byte, int>(bytes), sizes),
            "bool" => Tensor.From(Each(bytes, 1, b => b[0] != 0), sizes), // other bytes than 0 and 1 would be neither true nor false
            "i8" => Tensor.From(Each(bytes, 1, b => (int)(sbyte)b[0]), sizes),
            "i16" => Tensor.From(Each(bytes, 2, b => (int)BinaryPrimitives.ReadInt16LittleEndian(b)), sizes),
            "u16" => Tensor.From(Each(bytes, 2, b => (int)BinaryPrimitives.ReadUInt16LittleEndian(b)), sizes),
            "u32" => Tensor.From(Each(bytes, 4, b => (long)BinaryPrimitives.ReadUInt32LittleEndian(b)), sizes),
            "u64" => Tensor.From(Each(bytes, 8, b => ToInt64(BinaryPrimitives.ReadUInt64LittleEndian(b), where)), sizes),
            "f8_e4m3" => Tensor.From(Each(bytes, 1, b => E4M3(b[0])), sizes),
            "f8_e5m2" => Tensor.From(Each(bytes, 1, b => (BFloat16)(float)BitConverter.UInt16BitsToHalf((ushort)(b[0] << 8))), sizes), // the upper half of an f16
            "f8_e8m0" => Tensor.From(Each(bytes, 1, b => b[0] == 255 ? float.NaN : MathF.ScaleB(1, b[0] - 127)), sizes),
            _ => throw new ArgumentException($"{type} cannot be widened.", nameof(type)),
        };
    }

    private static T[] Each<T>(ReadOnlySpan<byte> bytes, int size, ElementReader<T> read)
    {
        var values = new T[bytes.Length / size];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = read(bytes.Slice(i * size, size));
        }

        return values;
    }

    private static long ToInt64(ulong value, string where) => value <= long.MaxValue
        ? (long)value
        : throw new CheckpointFormatException("A 64-bit number is too large to be read.", where, $"{value}; numbers up to {long.MaxValue} are read", "Save the tensor with signed numbers.");

    /// <summary>Sign, four exponent bits of bias 7, three fraction bits; no infinities, and all exponent and fraction bits set is NaN.</summary>
    /// <remarks>Source: FP8 Formats for Deep Learning, arXiv:2209.05433, table 1.</remarks>
    private static BFloat16 E4M3(byte bits)
    {
        int exponent = bits >> 3 & 15;
        int fraction = bits & 7;
        float magnitude = (exponent, fraction) switch
        {
            (15, 7) => float.NaN,
            (0, _) => MathF.ScaleB(fraction, -9),
            _ => MathF.ScaleB(8 + fraction, exponent - 10),
        };
        return (BFloat16)((bits & 0x80) == 0 ? magnitude : -magnitude);
    }
}
