using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;
using Hone.Core.Registry;
using Hone.Tensors;

namespace Hone.Models.Checkpoints;

/// <summary>The header of a safetensors file: what each tensor is and where its bytes lie. Everything is checked against the size of the file before it is believed.</summary>
/// <remarks>
/// Eight bytes give the header's length, then follows a JSON object of <c>name: {dtype, shape, data_offsets}</c> with an optional
/// <c>__metadata__</c> of strings, then the data, which the tensors cover without holes or overlaps.
/// Source: safetensors format description, github.com/huggingface/safetensors.
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>Bytes before the header's text.</summary>
    public const int PrefixBytes = 8;

    /// <summary>Key of the header's own metadata.</summary>
    public const string MetadataKey = "__metadata__";

    private const long MaxHeaderBytes = 100_000_000; // the library's own limit

    private SafetensorsHeader(IReadOnlyList<SafetensorsHeaderEntry> tensors, IReadOnlyDictionary<string, string> metadata, long dataStart)
    {
        Tensors = tensors;
        Metadata = metadata;
        DataStart = dataStart;
    }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsHeaderEntry> Tensors { get; }

    /// <summary>What the file says about itself; empty when it says nothing.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>First byte of the data.</summary>
    public long DataStart { get; }

    /// <summary>Reads the header of a file.</summary>
    /// <exception cref="CheckpointFormatException">The file is damaged or is no safetensors file.</exception>
    public static SafetensorsHeader Read(string path)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
        long fileBytes = RandomAccess.GetLength(file);
        byte[] prefix = new byte[Math.Min(PrefixBytes, fileBytes)];
        ReadExactly(file, prefix, 0, path);
        byte[] text = new byte[LengthOf(prefix, fileBytes, path)];
        ReadExactly(file, text, PrefixBytes, path);
        return Parse(text, fileBytes, path);
    }

    /// <summary>Reads a file held in memory; what fuzzing calls.</summary>
    /// <exception cref="CheckpointFormatException">The content is damaged.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> file)
    {
        int length = LengthOf(file[..Math.Min(PrefixBytes, file.Length)], file.Length, "bytes");
        return Parse(file.Slice(PrefixBytes, length), file.Length, "bytes");
    }

    private static void ReadExactly(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> bytes, long offset, string path)
    {
        while (bytes.Length > 0)
        {
            int read = RandomAccess.Read(file, bytes, offset);
            if (read == 0)
            {
                throw Damaged(path, "the file became shorter while it was read");
            }

            bytes = bytes[read..];
            offset += read;
        }
    }

    private static int LengthOf(ReadOnlySpan<byte> prefix, long fileBytes, string path)
    {
        if (prefix.Length < PrefixBytes)
        {
            throw Damaged(path, $"the file has {fileBytes} bytes; a header's length alone takes {PrefixBytes}");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxHeaderBytes)
        {
            string guess = Guess(prefix);
            throw Damaged(path, $"the header would have {length} bytes; at most {MaxHeaderBytes} are allowed{guess}");
        }

        return (long)length <= fileBytes - PrefixBytes ? (int)length : throw Damaged(path, $"the header would have {length} bytes, the whole file has {fileBytes}");
    }

    private static string Guess(ReadOnlySpan<byte> prefix) =>
        prefix.StartsWith("GGUF"u8) ? " (this is a GGUF file)"
        : prefix.StartsWith("PK"u8) ? " (this is a zip archive, such as PyTorch's .bin and .pt files)"
        : prefix[0] == 0x80 ? " (this looks like a Python pickle)"
        : prefix.StartsWith("version "u8) ? " (this is a Git LFS pointer, not the file itself)"
        : string.Empty;

    private static SafetensorsHeader Parse(ReadOnlySpan<byte> text, long fileBytes, string path)
    {
        if (!Utf8.IsValid(text))
        {
            throw Damaged(path, "the header is not UTF-8");
        }

        var tensors = new List<SafetensorsHeaderEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var json = new Utf8JsonReader(text);
            Expect(ref json, JsonTokenType.StartObject, path, "the header is no JSON object");
            bool hasMetadata = false;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                string name = json.GetString()!; // a property name is never null
                if (name == MetadataKey)
                {
                    if (hasMetadata)
                    {
                        throw Damaged(path, $"{MetadataKey} stands twice in the header");
                    }

                    hasMetadata = true;
                    ReadMetadata(ref json, metadata, path);
                }
                else if (names.Add(name))
                {
                    tensors.Add(ReadTensor(ref json, name, path));
                }
                else
                {
                    throw Damaged(path, $"tensor '{name}' stands twice in the header");
                }
            }

            while (json.Read())
            {
                throw Damaged(path, "something follows the header's JSON object");
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Damaged(path, $"the header is no valid JSON: {e.Message}", e);
        }

        tensors.Sort((left, right) => (left.Start, left.End).CompareTo((right.Start, right.End)));
        long dataStart = PrefixBytes + text.Length;
        RequireCovered(tensors, fileBytes - dataStart, path);
        return new SafetensorsHeader(tensors, metadata, dataStart);
    }

    private static void ReadMetadata(ref Utf8JsonReader json, Dictionary<string, string> metadata, string path)
    {
        Expect(ref json, JsonTokenType.StartObject, path, $"{MetadataKey} is no object");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = json.GetString()!; // a property name is never null
            Expect(ref json, JsonTokenType.String, path, $"{MetadataKey}: the value of '{key}' is no string");
            metadata[key] = json.GetString()!; // the token is a string
        }
    }

    private static SafetensorsHeaderEntry ReadTensor(ref Utf8JsonReader json, string name, string path)
    {
        Expect(ref json, JsonTokenType.StartObject, path, $"tensor '{name}': its description is no object");
        SafetensorsType? type = null;
        Shape? shape = null;
        List<long>? offsets = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = json.GetString()!; // a property name is never null
            if ((key == "dtype" && type is not null) || (key == "shape" && shape is not null) || (key == "data_offsets" && offsets is not null))
            {
                throw Damaged(path, $"tensor '{name}': {key} stands twice");
            }

            if (key == "dtype")
            {
                Expect(ref json, JsonTokenType.String, path, $"tensor '{name}': dtype is no string");
                string text = json.GetString()!; // the token is a string
                type = SafetensorsType.Find(text) ?? throw Damaged(path, $"tensor '{name}': unknown dtype '{text}'; nearest: {string.Join(", ", NearestNames.Rank(text, SafetensorsType.Names))}");
            }
            else if (key == "shape")
            {
                shape = ToShape(ReadNumbers(ref json, name, key, path), name, path);
            }
            else if (key == "data_offsets")
            {
                offsets = ReadNumbers(ref json, name, key, path);
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }

        if (type is null || shape is null || offsets is null)
        {
            throw Damaged(path, $"tensor '{name}': {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")} is missing");
        }

        if (offsets is not [long start, long end] || end < start)
        {
            throw Damaged(path, $"tensor '{name}': data_offsets must be [first byte, byte after the last], not [{string.Join(", ", offsets)}]");
        }

        (long bytes, bool isWhole) = SizeOf(shape.Value, type, name, path);
        if (!isWhole || bytes != end - start)
        {
            throw Damaged(path, $"tensor '{name}': {type.Name} {shape} takes {bytes} bytes{(isWhole ? string.Empty : " and a part of one")}, data_offsets give {end - start}");
        }

        return new SafetensorsHeaderEntry(name, type, shape.Value, start, end);
    }

    private static List<long> ReadNumbers(ref Utf8JsonReader json, string name, string key, string path)
    {
        Expect(ref json, JsonTokenType.StartArray, path, $"tensor '{name}': {key} is no list");
        var numbers = new List<long>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out long number) || number < 0)
            {
                throw Damaged(path, $"tensor '{name}': {key} holds something other than whole numbers from 0");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static Shape ToShape(List<long> sizes, string name, string path)
    {
        const int MaxRank = 32; // far above any tensor's, so that a shape of a million ones is no shape
        if (sizes.Count > MaxRank || sizes.Any(size => size > int.MaxValue))
        {
            throw Damaged(path, $"tensor '{name}': a shape has at most {MaxRank} dimensions, each below 2^31");
        }

        try
        {
            return new Shape([.. sizes.Select(size => (int)size)]);
        }
        catch (OverflowException e)
        {
            throw Damaged(path, $"tensor '{name}': the number of elements of [{string.Join(", ", sizes)}] overflows", e);
        }
    }

    private static (long Bytes, bool IsWhole) SizeOf(Shape shape, SafetensorsType type, string name, string path)
    {
        if (shape.ElementCount > long.MaxValue / type.Bits)
        {
            throw Damaged(path, $"tensor '{name}': the size of {type.Name} {shape} overflows");
        }

        long bits = shape.ElementCount * type.Bits;
        return (bits / 8, bits % 8 == 0);
    }

    private static void RequireCovered(List<SafetensorsHeaderEntry> tensors, long dataBytes, string path)
    {
        long position = 0;
        foreach (SafetensorsHeaderEntry tensor in tensors)
        {
            if (tensor.Start != position)
            {
                throw Damaged(path, $"tensor '{tensor.Name}' begins at byte {tensor.Start} of the data; the tensors before it end at {position}, and neither holes nor overlaps are allowed");
            }

            position = tensor.End;
        }

        if (position != dataBytes)
        {
            throw Damaged(path, $"the tensors take {position} bytes, the file has {dataBytes} bytes of data");
        }
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type, string path, string otherwise)
    {
        if (!json.Read() || json.TokenType != type)
        {
            throw Damaged(path, otherwise);
        }
    }

    private static CheckpointFormatException Damaged(string path, string facts, Exception? inner = null) =>
        new("This is not a valid safetensors file.", path, facts, "Download or save the file again; a download that was cut short is the usual cause.", inner);
}
