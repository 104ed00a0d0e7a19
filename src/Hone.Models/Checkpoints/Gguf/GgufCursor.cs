using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>Walks over the header of a GGUF file; every length is compared with what is left before anything is allocated.</summary>
/// <param name="bytes">The beginning of the file.</param>
/// <param name="location">The file, for messages.</param>
internal ref struct GgufCursor(ReadOnlySpan<byte> bytes, string location)
{
    private const int MaxDepth = 8;      // arrays of arrays; no known writer nests more than two
    private const int MaxNameBytes = 65535;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes walked over.</summary>
    public int Position { get; private set; }

    /// <summary>Whether numbers are stored with their most significant byte first.</summary>
    public bool IsBigEndian { get; set; }

    /// <summary>Bytes that are left.</summary>
    public readonly int Remaining => _bytes.Length - Position;

    /// <summary>The file is not what it should be.</summary>
    public readonly CheckpointFormatException Damaged(string facts) =>
        new("This is not a valid GGUF file.", location, $"{facts} (at byte {Position})", "Download or convert the file again; a download that was cut short is the usual cause.");

    /// <summary>The next bytes.</summary>
    public ReadOnlySpan<byte> Take(int count, string what)
    {
        if (count > Remaining)
        {
            throw Damaged($"the file ends within {what}");
        }

        ReadOnlySpan<byte> taken = _bytes.Slice(Position, count);
        Position += count;
        return taken;
    }

    /// <summary>A 32-bit number.</summary>
    public uint UInt32(string what)
    {
        ReadOnlySpan<byte> taken = Take(sizeof(uint), what);
        return IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(taken) : BinaryPrimitives.ReadUInt32LittleEndian(taken);
    }

    /// <summary>A 64-bit number.</summary>
    public ulong UInt64(string what)
    {
        ReadOnlySpan<byte> taken = Take(sizeof(ulong), what);
        return IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(taken) : BinaryPrimitives.ReadUInt64LittleEndian(taken);
    }

    /// <summary>A number of things of which each takes at least <paramref name="minBytes"/> bytes.</summary>
    public int Count(int minBytes, string what)
    {
        ulong count = UInt64(what);
        return count <= (ulong)(Remaining / minBytes) ? (int)count : throw Damaged($"{what}: {count} do not fit into the {Remaining} bytes that follow");
    }

    /// <summary>A key or a tensor's name.</summary>
    public string Name(string what)
    {
        string name = Text(what);
        return name.Length is > 0 and <= MaxNameBytes ? name : throw Damaged($"{what} has {name.Length} characters; 1 to {MaxNameBytes} are allowed");
    }

    /// <summary>A text.</summary>
    public string Text(string what)
    {
        ReadOnlySpan<byte> text = Take(Count(1, what), what);
        return Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : throw Damaged($"{what} is not UTF-8");
    }

    /// <summary>A metadata value with its type.</summary>
    public GgufValue Value(string key) => Value(ValueType(key), key, 0);

    private GgufValueType ValueType(string key)
    {
        uint type = UInt32($"the type of {key}");
        return type <= (uint)GgufValueType.Float64 ? (GgufValueType)type : throw Damaged($"{key} has the unknown type {type}");
    }

    private GgufValue Value(GgufValueType type, string key, int depth) => type switch
    {
        GgufValueType.UInt8 => GgufValue.Of(Take(1, key)[0]),
        GgufValueType.Int8 => GgufValue.Of((sbyte)Take(1, key)[0]),
        GgufValueType.UInt16 => GgufValue.Of(One<ushort>(key)),
        GgufValueType.Int16 => GgufValue.Of(One<short>(key)),
        GgufValueType.UInt32 => GgufValue.Of(UInt32(key)),
        GgufValueType.Int32 => GgufValue.Of((int)UInt32(key)),
        GgufValueType.Float32 => GgufValue.Of(BitConverter.UInt32BitsToSingle(UInt32(key))),
        GgufValueType.Bool => GgufValue.Of(Flag(key)),
        GgufValueType.String => GgufValue.Of(Text(key)),
        GgufValueType.UInt64 => GgufValue.Of(UInt64(key)),
        GgufValueType.Int64 => GgufValue.Of((long)UInt64(key)),
        GgufValueType.Float64 => GgufValue.Of(BitConverter.UInt64BitsToDouble(UInt64(key))),
        _ => Array(key, depth),
    };

    private GgufValue Array(string key, int depth)
    {
        if (depth == MaxDepth)
        {
            throw Damaged($"{key} nests arrays more than {MaxDepth} deep");
        }

        GgufValueType type = ValueType(key);
        switch (type)
        {
            case GgufValueType.UInt8: return GgufValue.Adopt(Many<byte>(key));
            case GgufValueType.Int8: return GgufValue.Adopt(Many<sbyte>(key));
            case GgufValueType.UInt16: return GgufValue.Adopt(Many<ushort>(key));
            case GgufValueType.Int16: return GgufValue.Adopt(Many<short>(key));
            case GgufValueType.UInt32: return GgufValue.Adopt(Many<uint>(key));
            case GgufValueType.Int32: return GgufValue.Adopt(Many<int>(key));
            case GgufValueType.Float32: return GgufValue.Adopt(Many<float>(key));
            case GgufValueType.UInt64: return GgufValue.Adopt(Many<ulong>(key));
            case GgufValueType.Int64: return GgufValue.Adopt(Many<long>(key));
            case GgufValueType.Float64: return GgufValue.Adopt(Many<double>(key));
            case GgufValueType.Bool:
            {
                var flags = new bool[Count(1, $"the number of items of {key}")];
                for (int i = 0; i < flags.Length; i++)
                {
                    flags[i] = Flag(key);
                }

                return GgufValue.Adopt(flags);
            }

            case GgufValueType.String:
            {
                var texts = new string[Count(sizeof(ulong), $"the number of items of {key}")];
                for (int i = 0; i < texts.Length; i++)
                {
                    texts[i] = Text(key);
                }

                return GgufValue.Adopt(texts);
            }

            default:
            {
                var arrays = new GgufValue[Count(sizeof(uint) + sizeof(ulong), $"the number of items of {key}")];
                for (int i = 0; i < arrays.Length; i++)
                {
                    arrays[i] = Array(key, depth + 1);
                }

                return GgufValue.Adopt(arrays);
            }
        }
    }

    private bool Flag(string key)
    {
        byte flag = Take(1, key)[0];
        return flag <= 1 ? flag == 1 : throw Damaged($"{key}: a flag is 0 or 1, not {flag}");
    }

    private T One<T>(string key)
        where T : unmanaged => Read<T>(Take(Unsafe.SizeOf<T>(), key), 1)[0];

    private T[] Many<T>(string key)
        where T : unmanaged
    {
        int count = Count(Unsafe.SizeOf<T>(), $"the number of items of {key}");
        return Read<T>(Take(count * Unsafe.SizeOf<T>(), key), count);
    }

    private readonly T[] Read<T>(ReadOnlySpan<byte> bytes, int count)
        where T : unmanaged
    {
        var items = new T[count];
        Span<byte> target = MemoryMarshal.AsBytes(items.AsSpan());
        bytes.CopyTo(target);
        if (IsBigEndian)
        {
            for (int i = 0; i < target.Length; i += Unsafe.SizeOf<T>())
            {
                target.Slice(i, Unsafe.SizeOf<T>()).Reverse();
            }
        }

        return items;
    }
}
