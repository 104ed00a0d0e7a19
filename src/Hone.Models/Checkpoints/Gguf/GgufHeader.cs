using System.Numerics;
using Hone.Tensors;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>The beginning of a GGUF file: its metadata and where its tensors lie. Everything is checked against the size of the file before it is believed.</summary>
/// <remarks>Source: ggml, docs/gguf.md, versions 2 and 3 (which differ in allowing big-endian files).</remarks>
internal sealed class GgufHeader
{
    /// <summary>Key of the alignment of tensors.</summary>
    public const string AlignmentKey = "general.alignment";

    /// <summary>Alignment of tensors when the metadata names none.</summary>
    public const int DefaultAlignment = 32;

    private const int MaxRank = 4;
    private const int MinPairBytes = sizeof(ulong) + 1 + sizeof(uint) + 1;                              // length and one character of the key, type, value
    private const int MinTensorBytes = sizeof(ulong) + 1 + (2 * sizeof(uint)) + (2 * sizeof(ulong));    // name, rank, one dimension, type, offset

    private GgufHeader(uint version, bool isBigEndian, GgufMetadata metadata, IReadOnlyList<GgufTensor> tensors, int alignment, long dataStart)
    {
        Version = version;
        IsBigEndian = isBigEndian;
        Metadata = metadata;
        Tensors = tensors;
        Alignment = alignment;
        DataStart = dataStart;
    }

    /// <summary>2 or 3.</summary>
    public uint Version { get; }

    /// <summary>Whether numbers, those of the tensors too, are stored with their most significant byte first.</summary>
    public bool IsBigEndian { get; }

    /// <summary>The key-value pairs.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>The tensors in the order of the file's list.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary>Each tensor's offset is a multiple of it.</summary>
    public int Alignment { get; }

    /// <summary>First byte of the data.</summary>
    public long DataStart { get; }

    /// <summary>Reads the header of a file held in memory; what fuzzing calls.</summary>
    /// <exception cref="CheckpointFormatException">The content is damaged.</exception>
    public static GgufHeader Parse(ReadOnlySpan<byte> file) => Parse(file, file.Length, "bytes");

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">The file, or its first 2 GB.</param>
    /// <param name="fileBytes">Size of the whole file.</param>
    /// <param name="location">The file, for messages.</param>
    /// <exception cref="CheckpointFormatException">The file is damaged or is no GGUF file.</exception>
    public static GgufHeader Parse(ReadOnlySpan<byte> bytes, long fileBytes, string location)
    {
        var cursor = new GgufCursor(bytes, location);
        if (!cursor.Take(sizeof(uint), "the magic number").SequenceEqual("GGUF"u8))
        {
            throw cursor.Damaged("the file does not begin with 'GGUF'");
        }

        uint version = cursor.UInt32("the version");
        if ((version & 0xffff) == 0 && version != 0)
        {
            cursor.IsBigEndian = true;
            version = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(version);
        }

        if (version is not (2 or 3))
        {
            throw cursor.Damaged($"version {version} is not read; versions 2 and 3 are");
        }

        ulong tensors = cursor.UInt64("the number of tensors");
        int pairs = cursor.Count(MinPairBytes, "the number of metadata pairs");
        if (tensors > (ulong)(cursor.Remaining / MinTensorBytes))
        {
            throw cursor.Damaged($"{tensors} tensors do not fit into the {cursor.Remaining} bytes that follow");
        }

        GgufMetadata metadata = ReadMetadata(ref cursor, pairs, location);
        int alignment = AlignmentOf(metadata, cursor);
        List<GgufTensor> list = ReadTensors(ref cursor, (int)tensors, alignment);
        long dataStart = (cursor.Position + alignment - 1L) / alignment * alignment;
        RequireInside(list, fileBytes - dataStart, cursor);
        return new GgufHeader(version, cursor.IsBigEndian, metadata, list, alignment, dataStart);
    }

    private static GgufMetadata ReadMetadata(ref GgufCursor cursor, int pairs, string location)
    {
        var metadata = new GgufMetadata { Location = location };
        for (int i = 0; i < pairs; i++)
        {
            string key = cursor.Name($"key {i + 1} of {pairs}");
            GgufValue value = cursor.Value(key);
            if (!metadata.TryAdd(key, value))
            {
                throw cursor.Damaged($"the key {key} stands twice in the metadata");
            }
        }

        return metadata;
    }

    private static int AlignmentOf(GgufMetadata metadata, GgufCursor cursor)
    {
        long alignment = metadata.FindInteger(AlignmentKey) ?? DefaultAlignment;
        return alignment is > 0 and <= 1 << 30 && BitOperations.IsPow2(alignment) ? (int)alignment : throw cursor.Damaged($"{AlignmentKey} must be a power of two up to 2^30, not {alignment}");
    }

    private static List<GgufTensor> ReadTensors(ref GgufCursor cursor, int count, int alignment)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var tensors = new List<GgufTensor>();
        for (int i = 0; i < count; i++)
        {
            string name = cursor.Name($"the name of tensor {i + 1} of {count}");
            if (!names.Add(name))
            {
                throw cursor.Damaged($"tensor {name} stands twice in the list");
            }

            uint rank = cursor.UInt32($"the rank of {name}");
            if (rank is 0 or > MaxRank)
            {
                throw cursor.Damaged($"tensor {name} has {rank} dimensions; 1 to {MaxRank} are allowed");
            }

            var sizes = new int[rank];
            for (int d = 0; d < rank; d++)
            {
                ulong size = cursor.UInt64($"the dimensions of {name}");
                sizes[^(d + 1)] = size is > 0 and <= int.MaxValue ? (int)size : throw cursor.Damaged($"tensor {name} has a dimension of {size}; 1 to 2^31 − 1 are allowed");
            }

            uint number = cursor.UInt32($"the type of {name}");
            ulong offset = cursor.UInt64($"the offset of {name}");
            GgufTensorType type = GgufTensorType.Find(number) ?? throw cursor.Damaged($"tensor {name} has the unknown or withdrawn type {number}");
            tensors.Add(Describe(name, type, sizes, offset, alignment, cursor));
        }

        return tensors;
    }

    private static GgufTensor Describe(string name, GgufTensorType type, int[] sizes, ulong offset, int alignment, GgufCursor cursor)
    {
        if (sizes[^1] % type.BlockLength != 0)
        {
            throw cursor.Damaged($"tensor {name}: rows of {sizes[^1]} elements are no whole number of {type.Name} blocks of {type.BlockLength}");
        }

        UInt128 elements = 1;
        foreach (int size in sizes)
        {
            elements *= (UInt128)size; // four numbers below 2^31 stay below 2^128
        }

        UInt128 bytes = elements / (UInt128)type.BlockLength * (UInt128)type.BlockBytes;
        if (elements > long.MaxValue || bytes > long.MaxValue)
        {
            throw cursor.Damaged($"tensor {name}: the size of [{string.Join(", ", sizes)}] {type.Name} overflows");
        }

        if (offset > long.MaxValue || offset % (ulong)alignment != 0)
        {
            throw cursor.Damaged($"tensor {name}: its offset {offset} is no multiple of {alignment}");
        }

        return new GgufTensor(name, type, new Shape(sizes), (long)offset, (long)bytes);
    }

    private static void RequireInside(List<GgufTensor> tensors, long dataBytes, GgufCursor cursor)
    {
        long end = 0;
        foreach (GgufTensor tensor in tensors.OrderBy(tensor => tensor.Offset))
        {
            if (tensor.Offset < end)
            {
                throw cursor.Damaged($"tensor {tensor.Name} at offset {tensor.Offset} overlaps the one before it, which ends at {end}");
            }

            if (tensor.SizeBytes > dataBytes - tensor.Offset)
            {
                throw cursor.Damaged($"tensor {tensor.Name} takes {tensor.SizeBytes} bytes from offset {tensor.Offset}; the file has {Math.Max(0, dataBytes)} bytes of data");
            }

            end = tensor.Offset + tensor.SizeBytes;
        }
    }
}
