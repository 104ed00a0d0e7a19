using System.Runtime.InteropServices;
using System.Text;
using Hone.Core.Runs;
using Hone.Tensors;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>Writes GGUF files, version 3, little endian. Contents are written as they are made, and a file appears whole or not at all.</summary>
public static class GgufWriter
{
    private const uint Version = 3;

    /// <summary>Writes a file.</summary>
    /// <param name="files">The file operations to use.</param>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="metadata">Pairs in the order in which they are written.</param>
    /// <param name="tensors">Contents in the order in which they are written, under the names of the file, with distinct names and 1 to 4 dimensions.</param>
    /// <returns>Size and hash of the file.</returns>
    /// <exception cref="ArgumentException">Names repeat, or a tensor has a type or shape that GGUF files do not hold.</exception>
    /// <exception cref="RunFolderException">The file cannot be written.</exception>
    public static FileDigest WriteFile(IFileSystem files, string path, GgufMetadata metadata, IReadOnlyList<TensorContent> tensors)
    {
        int alignment = checked((int)(metadata.FindInteger(GgufHeader.AlignmentKey) ?? GgufHeader.DefaultAlignment));
        byte[] header = HeaderOf(metadata, tensors, alignment);
        using var file = new AtomicFile(files, path);
        file.Write(header);
        byte[] padding = new byte[alignment];
        long position = header.Length;
        foreach (TensorContent tensor in tensors)
        {
            file.Write(padding.AsSpan(0, (int)(Aligned(position, alignment) - position)));
            tensor.WriteTo(file.Write);
            position = Aligned(position, alignment) + tensor.SizeBytes;
        }

        file.Write(padding.AsSpan(0, (int)(Aligned(position, alignment) - position)));
        return file.Commit();
    }

    private static byte[] HeaderOf(GgufMetadata metadata, IReadOnlyList<TensorContent> tensors, int alignment)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8); // little endian by definition
        writer.Write("GGUF"u8);
        writer.Write(Version);
        writer.Write((ulong)tensors.Count);
        writer.Write((ulong)metadata.Count);
        foreach ((string key, GgufValue value) in metadata)
        {
            WriteText(writer, key);
            writer.Write((uint)value.Type);
            WriteValue(writer, value);
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        long offset = 0;
        foreach (TensorContent tensor in tensors)
        {
            if (!names.Add(tensor.Name) || tensor.Shape.Rank is < 1 or > 4 || tensor.Shape.ElementCount == 0)
            {
                throw new ArgumentException($"'{tensor.Name}' {tensor.Shape} stands twice or has a shape that GGUF files do not hold.", nameof(tensors));
            }

            WriteText(writer, tensor.Name);
            writer.Write((uint)tensor.Shape.Rank);
            for (int d = 1; d <= tensor.Shape.Rank; d++)
            {
                writer.Write((ulong)tensor.Shape[-d]); // innermost first
            }

            GgufTensorType type = tensor.Format is { } format ? GgufTensorType.Of(format) : GgufTensorType.Of(tensor.DType ?? DType.F32);
            writer.Write((uint)type.Number);
            writer.Write((ulong)offset);
            offset = Aligned(offset + tensor.SizeBytes, alignment);
        }

        writer.Write(new byte[Aligned(stream.Length, alignment) - stream.Length]);
        return stream.ToArray();
    }

    private static long Aligned(long position, int alignment) => (position + alignment - 1) / alignment * alignment;

    private static void WriteText(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private static void WriteValue(BinaryWriter writer, GgufValue value)
    {
        if (value.ItemType is { } itemType)
        {
            writer.Write((uint)itemType);
            writer.Write((ulong)value.Count);
        }

        switch (value.Content)
        {
            case string text: WriteText(writer, text); break;
            case string[] texts: Array.ForEach(texts, text => WriteText(writer, text)); break;
            case GgufValue[] arrays: Array.ForEach(arrays, array => WriteValue(writer, array)); break;
            case bool flag: writer.Write(flag); break;
            case bool[] flags: Array.ForEach(flags, writer.Write); break;
            case byte[] items: writer.Write(items); break;
            case sbyte[] items: writer.Write(MemoryMarshal.AsBytes<sbyte>(items)); break;
            case ushort[] items: Array.ForEach(items, writer.Write); break;
            case short[] items: Array.ForEach(items, writer.Write); break;
            case uint[] items: Array.ForEach(items, writer.Write); break;
            case int[] items: Array.ForEach(items, writer.Write); break;
            case float[] items: Array.ForEach(items, writer.Write); break;
            case ulong[] items: Array.ForEach(items, writer.Write); break;
            case long[] items: Array.ForEach(items, writer.Write); break;
            case double[] items: Array.ForEach(items, writer.Write); break;
            case byte number: writer.Write(number); break;
            case sbyte number: writer.Write(number); break;
            case ushort number: writer.Write(number); break;
            case short number: writer.Write(number); break;
            case uint number: writer.Write(number); break;
            case int number: writer.Write(number); break;
            case float number: writer.Write(number); break;
            case ulong number: writer.Write(number); break;
            case long number: writer.Write(number); break;
            case double number: writer.Write(number); break;
            default: throw new ArgumentException($"GGUF files hold no values of type {value.Content.GetType().Name}.", nameof(value));
        }
    }
}
