using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hone.Core.Runs;
using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Checkpoints;

/// <summary>Writes safetensors files as the format's own library lays them out, so that saving again what was read gives the same bytes.</summary>
/// <remarks>
/// Wide element types come first and names are in order among equals, so that every tensor is aligned; the header is padded to eight bytes.
/// Contents are written as they are made, and a file appears whole or not at all. Source: safetensors library, function prepare.
/// </remarks>
public static partial class SafetensorsWriter
{
    /// <summary>Largest file that <see cref="WriteFolder"/> makes unless told otherwise: 5 GB.</summary>
    public const long DefaultMaxShardBytes = 5_000_000_000;

    /// <summary>What transformers expects a file to say about itself.</summary>
    public static IReadOnlyDictionary<string, string> DefaultMetadata { get; } = new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" };

    private static readonly JsonWriterOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one file.</summary>
    /// <param name="files">The file operations to use.</param>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="tensors">Contents in any order, with distinct names, none in blocks.</param>
    /// <param name="metadata">What the file says about itself; <see langword="null"/> for nothing.</param>
    /// <returns>Size and hash of the file.</returns>
    /// <exception cref="ArgumentException">Names repeat, or a tensor is stored in blocks.</exception>
    /// <exception cref="RunFolderException">The file cannot be written.</exception>
    public static FileDigest WriteFile(IFileSystem files, string path, IEnumerable<TensorContent> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using AtomicFile file = Fill(files, path, tensors, metadata);
        return file.Commit();
    }

    /// <summary>Writes tensors into a file that the caller puts in place.</summary>
    /// <param name="file">The file, still empty; stays the caller's.</param>
    /// <param name="tensors">Contents in any order, with distinct names, none in blocks.</param>
    /// <param name="metadata">What the file says about itself; <see langword="null"/> for nothing.</param>
    /// <inheritdoc cref="WriteFile" path="/exception"/>
    public static void Write(AtomicFile file, IEnumerable<TensorContent> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        List<TensorContent> ordered = InFileOrder(tensors);
        byte[] header = HeaderOf(ordered, metadata);
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixBytes];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        file.Write(prefix);
        file.Write(header);
        foreach (TensorContent tensor in ordered)
        {
            tensor.WriteTo(file.Write);
        }
    }

    /// <summary>Writes the weights of a model: one file, or several with their list when one would be too large. Files that an earlier save left are removed.</summary>
    /// <param name="files">The file operations to use.</param>
    /// <param name="folder">The model's folder; must exist.</param>
    /// <param name="tensors">Contents, in the order in which files are to be filled.</param>
    /// <param name="metadata">What each file says about itself; <see cref="DefaultMetadata"/> when <see langword="null"/>.</param>
    /// <param name="maxShardBytes">A file takes tensors up to this size; a larger tensor gets a file of its own.</param>
    /// <returns>The files written.</returns>
    /// <inheritdoc cref="WriteFile" path="/exception"/>
    public static IReadOnlyList<string> WriteFolder(IFileSystem files, string folder, IReadOnlyList<TensorContent> tensors, IReadOnlyDictionary<string, string>? metadata = null, long maxShardBytes = DefaultMaxShardBytes)
    {
        List<List<TensorContent>> shards = Split(tensors, maxShardBytes);
        string list = Path.Combine(folder, "model" + ShardIndex.Suffix);
        string[] names = [.. shards.Select((_, index) => Path.Combine(folder, shards.Count == 1 ? SafetensorsCheckpoint.SingleFileName : $"model-{index + 1:D5}-of-{shards.Count:D5}.safetensors"))];
        var pending = new List<AtomicFile>();
        try
        {
            // All are complete on disk before the first takes its place, so that a full disk leaves an earlier save as it was.
            for (int i = 0; i < names.Length; i++)
            {
                pending.Add(Fill(files, names[i], shards[i], metadata ?? DefaultMetadata));
            }

            foreach (AtomicFile file in pending)
            {
                file.Commit();
            }
        }
        finally
        {
            pending.ForEach(file => file.Dispose());
        }

        if (shards.Count > 1)
        {
            AtomicFile.Write(files, list, IndexOf(shards, names));
        }

        RemoveOthers(files, folder, shards.Count > 1 ? [list, .. names] : names);
        return names;
    }

    private static AtomicFile Fill(IFileSystem files, string path, IEnumerable<TensorContent> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var file = new AtomicFile(files, path);
        try
        {
            Write(file, tensors, metadata);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static List<TensorContent> InFileOrder(IEnumerable<TensorContent> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataKey };
        var ordered = new List<(TensorContent Tensor, int Order, byte[] Name)>();
        foreach (TensorContent tensor in tensors)
        {
            DType dtype = tensor.DType ?? throw new ArgumentException($"'{tensor.Name}' is stored in {tensor.Format?.Name} blocks, which safetensors files do not hold; dequantize it first.", nameof(tensors));
            if (!names.Add(tensor.Name))
            {
                throw new ArgumentException($"Two tensors are called '{tensor.Name}', or it is the name of the metadata.", nameof(tensors));
            }

            ordered.Add((tensor, SafetensorsType.Of(dtype).Order, Encoding.UTF8.GetBytes(tensor.Name)));
        }

        ordered.Sort((left, right) => left.Order != right.Order ? right.Order.CompareTo(left.Order) : left.Name.AsSpan().SequenceCompareTo(right.Name));
        return [.. ordered.Select(item => item.Tensor)];
    }

    private static byte[] HeaderOf(List<TensorContent> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_compact))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach (TensorContent tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", SafetensorsType.Of(tensor.DType!.Value).Name); // InFileOrder refuses tensors without a dtype
                json.WriteStartArray("shape");
                foreach (int size in tensor.Shape.Dimensions)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.SizeBytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (stream.Length % SafetensorsHeader.PrefixBytes != 0)
        {
            stream.WriteByte((byte)' ');
        }

        return stream.ToArray();
    }

    private static List<List<TensorContent>> Split(IReadOnlyList<TensorContent> tensors, long maxShardBytes)
    {
        var shards = new List<List<TensorContent>> { new() };
        long size = 0;
        foreach (TensorContent tensor in tensors)
        {
            if (size > 0 && size + tensor.SizeBytes > maxShardBytes)
            {
                shards.Add([]);
                size = 0;
            }

            shards[^1].Add(tensor);
            size += tensor.SizeBytes;
        }

        return shards;
    }

    private static byte[] IndexOf(List<List<TensorContent>> shards, string[] names)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_compact with { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteNumber("total_parameters", shards.Sum(shard => shard.Sum(tensor => tensor.Shape.ElementCount)));
            json.WriteNumber("total_size", shards.Sum(shard => shard.Sum(tensor => tensor.SizeBytes)));
            json.WriteEndObject();
            json.WriteStartObject("weight_map");
            foreach ((string name, int index) in shards.SelectMany((shard, index) => shard.Select(tensor => (tensor.Name, index))).OrderBy(pair => pair.Name, StringComparer.Ordinal))
            {
                json.WriteString(name, Path.GetFileName(names[index]));
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void RemoveOthers(IFileSystem files, string folder, string[] kept)
    {
        foreach (string path in Directory.EnumerateFiles(folder).Where(path => SavedName().IsMatch(Path.GetFileName(path)) && !kept.Contains(path, StringComparer.Ordinal)).ToList())
        {
            files.Delete(path);
        }
    }

    [GeneratedRegex(@"^model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SavedName();
}
