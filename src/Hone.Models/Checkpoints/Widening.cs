using System.Buffers.Binary;
using Hone.Tensors;

namespace Hone.Models.Checkpoints;

/// <summary>Reads element types of safetensors files that tensors do not have into the narrowest one that holds every value.</summary>
internal static class Widening
{
    /// <summary>Reads a tensor.</summary>
    /// <exception cref="CheckpointFormatException">A value does not fit, which only u64 above 2^63 can do.</exception>
    public static Tensor Read(MappedFile file, TensorEntry entry, SafetensorsType type)
    {
        using Tensor raw = file.View(entry.Offset, DType.U8, new Shape(checked((int)entry.SizeBytes)));
        ReadOnlySpan<byte> bytes = raw.Read<byte>();
        ReadOnlySpan<int> shape = entry.Shape.Dimensions;
        return type.Name switch
        {
            "I8" => Tensor.From(Each(bytes, 1, b => (int)(sbyte)b[0]), shape),
            "I16" => Tensor.From(Each(bytes, 2, b => (int)BinaryPrimitives.ReadInt16LittleEndian(b)), shape),
            "U16" => Tensor.From(Each(bytes, 2, b => (int)BinaryPrimitives.ReadUInt16LittleEndian(b)), shape),
            "U32" => Tensor.From(Each(bytes, 4, b => (long)BinaryPrimitives.ReadUInt32LittleEndian(b)), shape),
            "U64" => Tensor.From(Each(bytes, 8, b => ToInt64(BinaryPrimitives.ReadUInt64LittleEndian(b), entry)), shape),
            "F8_E4M3" => Tensor.From(Each(bytes, 1, b => E4M3(b[0])), shape),
            "F8_E5M2" => Tensor.From(Each(bytes, 1, b => (BFloat16)(float)BitConverter.UInt16BitsToHalf((ushort)(b[0] << 8))), shape), // the upper half of an f16
            "F8_E8M0" => Tensor.From(Each(bytes, 1, b => b[0] == 255 ? float.NaN : MathF.ScaleB(1, b[0] - 127)), shape),
            _ => throw new ArgumentException($"{type.Name} needs no widening or cannot be widened.", nameof(type)),
        };
    }

    private delegate T ElementReader<T>(ReadOnlySpan<byte> bytes);

    private static T[] Each<T>(ReadOnlySpan<byte> bytes, int size, ElementReader<T> read)
    {
        var values = new T[bytes.Length / size];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = read(bytes.Slice(i * size, size));
        }

        return values;
    }

    private static long ToInt64(ulong value, TensorEntry entry) => value <= long.MaxValue
        ? (long)value
        : throw new CheckpointFormatException("A 64-bit number is too large to be read.", $"{entry.Name} in {entry.File}", $"{value}; numbers up to {long.MaxValue} are read", "Save the tensor with signed numbers.");

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
