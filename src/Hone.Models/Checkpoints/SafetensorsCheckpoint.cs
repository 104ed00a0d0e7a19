using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Checkpoints;

/// <summary>The tensors of one or more safetensors files, each mapped into memory once; tensors are views of them.</summary>
/// <remarks>
/// Element types that tensors do not have are widened without loss: i8, i16 and u16 to i32, u32 and u64 to i64, f8_e4m3 and f8_e5m2 to bf16, f8_e8m0 to f32.
/// Other types (4- and 6-bit floats, complex numbers) can be listed but not loaded.
/// </remarks>
public sealed class SafetensorsCheckpoint : TensorSource
{
    /// <summary>Name of a model's weights in a folder when they are one file.</summary>
    public const string SingleFileName = "model.safetensors";

    /// <summary>Name of a model's settings in its folder.</summary>
    public const string ConfigFileName = "config.json";

    private readonly List<MappedFile> _files = [];
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (MappedFile File, SafetensorsType Type)> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsCheckpoint(string location) => Location = location;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <inheritdoc/>
    public override string Location { get; }

    /// <summary>Files that hold the tensors, in the order of their names.</summary>
    public IReadOnlyList<string> Files => [.. _files.Select(file => file.Path)];

    /// <summary>What the files say about themselves in <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Opens a file, a list of shards (<c>….safetensors.index.json</c>) or a folder with either.</summary>
    /// <param name="path">The file or folder.</param>
    /// <exception cref="CheckpointFormatException">There is no safetensors checkpoint, or it is damaged or incomplete.</exception>
    public static SafetensorsCheckpoint Open(string path)
    {
        string found = Directory.Exists(path) ? FindIn(path) : path;
        if (!File.Exists(found))
        {
            throw new CheckpointFormatException("There is no such checkpoint.", path, "no file and no folder of that name", "Give a .safetensors file or the folder of a model.");
        }

        var checkpoint = new SafetensorsCheckpoint(path);
        try
        {
            if (found.EndsWith(ShardIndex.Suffix, StringComparison.Ordinal))
            {
                checkpoint.AddShards(found);
            }
            else
            {
                checkpoint.AddFile(found);
            }

            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Whether a folder holds safetensors files.</summary>
    public static bool IsIn(string folder) => Directory.EnumerateFiles(folder, "*.safetensors").Any();

    /// <inheritdoc/>
    public override JsonObject? ReadConfig()
    {
        string folder = Directory.Exists(Location) ? Location : Path.GetDirectoryName(Path.GetFullPath(Location))!; // a file's full path always has a folder
        string path = Path.Combine(folder, ConfigFileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject ?? throw new CheckpointFormatException("A config.json is no JSON object.", path, "", "Download it again.");
        }
        catch (JsonException e)
        {
            throw new CheckpointFormatException("A config.json is no valid JSON.", path, e.Message, "Download it again.", e);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="CheckpointFormatException">No tensor has that name, or its type has no tensors.</exception>
    public override Tensor Load(string name)
    {
        TensorEntry entry = Require(name);
        (MappedFile file, SafetensorsType type) = _places[name];
        if (entry.DType is not { } dtype)
        {
            throw new CheckpointFormatException("A tensor has an element type that cannot be read.", $"{name} in {entry.File}", $"{entry.StoredType} {entry.Shape}", "Convert the checkpoint to f32, bf16 or f16 with the tool that made it.");
        }

        if (type.IsStoredAsLoaded && dtype != DType.Bool)
        {
            return file.View(entry.Offset, dtype, entry.Shape);
        }

        using Tensor raw = file.View(entry.Offset, DType.U8, new Shape(checked((int)entry.SizeBytes)));
        return Widening.Read(raw.Read<byte>(), entry.Shape, entry.StoredType, $"{name} in {entry.File}");
    }

    /// <inheritdoc/>
    /// <exception cref="CheckpointFormatException">Safetensors files hold no blocks.</exception>
    public override QuantizedMatrix LoadBlocks(string name) =>
        throw new CheckpointFormatException("A tensor of a safetensors file is not stored in blocks.", $"{name} in {Require(name).File}", $"{Require(name).StoredType} {Require(name).Shape}", "Load it as a tensor.");

    /// <inheritdoc/>
    protected override void Dispose(bool isDisposing)
    {
        foreach (MappedFile file in _files)
        {
            file.Dispose();
        }

        base.Dispose(isDisposing);
    }

    private static string FindIn(string folder)
    {
        string single = Path.Combine(folder, SingleFileName);
        if (File.Exists(single))
        {
            return single;
        }

        string[] lists = [.. Directory.EnumerateFiles(folder, "*" + ShardIndex.Suffix).Order(StringComparer.Ordinal)];
        string[] files = [.. Directory.EnumerateFiles(folder, "*.safetensors").Order(StringComparer.Ordinal)];
        string[] candidates = lists.Length > 0 ? lists : files;
        if (candidates is [string only])
        {
            return only;
        }

        string names = string.Join(", ", candidates.Take(6).Select(Path.GetFileName));
        if (candidates.Length > 1)
        {
            throw new CheckpointFormatException("The folder holds several checkpoints.", folder, names, "Name one of the files.");
        }

        string[] pickles = [.. Directory.EnumerateFiles(folder).Where(file => Path.GetExtension(file) is ".bin" or ".pt" or ".pth" or ".ckpt").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
        throw pickles.Length > 0
            ? new CheckpointFormatException("The folder holds only pickled weights, which can run any code when they are opened.", folder, string.Join(", ", pickles.Take(6)), "Get the model's safetensors files, or save it again as safetensors.")
            : new CheckpointFormatException("The folder holds no checkpoint.", folder, "no .safetensors file", "Give the folder of a model, or one of its files.");
    }

    private TensorEntry Require(string name) => _entries.GetValueOrDefault(name) ?? throw MissingTensor(name);

    private void AddShards(string list)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(list))!; // a file's full path always has a folder
        IReadOnlyDictionary<string, string> files = ShardIndex.Read(list);
        string[] names = [.. files.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        string[] absent = [.. names.Where(name => !File.Exists(Path.Combine(folder, name)))];
        if (absent.Length > 0)
        {
            throw new CheckpointFormatException("Files of a sharded checkpoint are missing.", list, $"{absent.Length} of {names.Length} missing: {string.Join(", ", absent.Take(6))}{(absent.Length > 6 ? ", …" : string.Empty)}", "Download the missing files into the folder.");
        }

        foreach (string name in names)
        {
            AddFile(Path.Combine(folder, name));
        }

        string[] strays = [.. files.Where(pair => !_entries.TryGetValue(pair.Key, out TensorEntry? entry) || Path.GetFileName(entry.File) != pair.Value).Select(pair => $"{pair.Key} in {pair.Value}")];
        if (strays.Length > 0)
        {
            throw new CheckpointFormatException("Files of a sharded checkpoint do not hold what its list says.", list, $"{strays.Length} tensors are not there: {string.Join(", ", strays.Take(6))}{(strays.Length > 6 ? ", …" : string.Empty)}", "Download the files again; they may come from different versions of the model.");
        }
    }

    private void AddFile(string path)
    {
        SafetensorsHeader header = SafetensorsHeader.Read(path);
        var file = new MappedFile(path);
        _files.Add(file);
        foreach (SafetensorsHeaderEntry tensor in header.Tensors)
        {
            var entry = new TensorEntry(tensor.Name, tensor.Shape, tensor.Type.Loaded, null, tensor.End - tensor.Start, path, header.DataStart + tensor.Start) { StoredType = tensor.Type.Name.ToLowerInvariant() };
            if (!_entries.TryAdd(tensor.Name, entry))
            {
                throw new CheckpointFormatException("A tensor stands in two files of a checkpoint.", Location, $"{tensor.Name} in {Path.GetFileName(_entries[tensor.Name].File)} and in {Path.GetFileName(path)}", "Keep one of the files.");
            }

            _places.Add(tensor.Name, (file, tensor.Type));
        }

        foreach ((string key, string value) in header.Metadata)
        {
            _metadata[key] = value;
        }
    }
}
