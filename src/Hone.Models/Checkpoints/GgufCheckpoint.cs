using System.Text.Json.Nodes;
using Hone.Models.Checkpoints.Gguf;
using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Checkpoints;

/// <summary>A GGUF file as a checkpoint: tensors under the names and in the layout of Hugging Face, quantized ones still in blocks, and a config.json derived from the metadata.</summary>
/// <remarks>
/// Rows of queries and keys that the file stores in another order are put back block by block, norm weights stored plus one lose it, stacked experts
/// become one tensor each, transposed matrices are turned back (blocks of those are dequantized). Tensors of an unknown architecture keep their names.
/// </remarks>
public sealed class GgufCheckpoint : TensorSource
{
    private const int MaxExperts = 4096; // ten times the most that any model has

    private readonly GgufFile _file;
    private readonly GgufArchitecture? _architecture;
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    private GgufCheckpoint(GgufFile file)
    {
        _file = file;
        _architecture = GgufArchitecture.Find(Architecture);
        foreach (GgufTensor tensor in file.Header.Tensors.Where(tensor => _architecture?.SettingTensors.Contains(tensor.Name) != true))
        {
            Add(tensor);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <inheritdoc/>
    public override string Location => _file.Path;

    /// <summary>The file's key-value pairs, tokenizer and chat template included.</summary>
    public GgufMetadata Metadata => _file.Header.Metadata;

    /// <summary>Version of the format, 2 or 3.</summary>
    public int Version => (int)_file.Header.Version;

    /// <summary>Whether the file stores numbers with their most significant byte first.</summary>
    public bool IsBigEndian => _file.Header.IsBigEndian;

    /// <summary>Each tensor's offset is a multiple of it.</summary>
    public int Alignment => _file.Header.Alignment;

    /// <summary>First byte of the tensors' data.</summary>
    public long DataStart => _file.Header.DataStart;

    /// <summary><c>general.architecture</c>.</summary>
    public string? Architecture => Metadata.FindString("general.architecture");

    /// <summary>Opens a file.</summary>
    /// <exception cref="CheckpointFormatException">The file is damaged or is no GGUF file.</exception>
    public static GgufCheckpoint Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new CheckpointFormatException("There is no such checkpoint.", path, "no file of that name", "Give a .gguf file.");
        }

        var file = new GgufFile(path);
        try
        {
            return new GgufCheckpoint(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether a file begins as GGUF files do.</summary>
    public static bool IsGguf(string path) => GgufFile.Looks(path);

    /// <inheritdoc/>
    /// <exception cref="CheckpointFormatException">The architecture is unknown, or settings are missing or impossible.</exception>
    public override JsonObject ReadConfig()
    {
        if (_architecture is null)
        {
            throw GgufArchitecture.Unknown(Location, Architecture ?? "(none)", isModelType: false);
        }

        Dictionary<string, GgufTensor> tensors = _file.Header.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        return new GgufConfigDraft(_architecture, Metadata, tensors.ToDictionary(pair => pair.Key, pair => pair.Value.Shape, StringComparer.Ordinal), ReadFloats).Build();

        float[] ReadFloats(string name)
        {
            using Tensor tensor = _file.Load(tensors[name], tensors[name].Shape);
            return [.. tensor.ToDoubles().Select(value => (float)value)];
        }
    }

    /// <inheritdoc/>
    public override Tensor Load(string name)
    {
        Place place = Require(name);
        if (_entries[name].Format is not null)
        {
            throw new CheckpointFormatException("A tensor is stored in blocks.", $"{name} in {Location}", _entries[name].StoredType, "Load it with LoadBlocks.");
        }

        Tensor stored = place.Tensor.Type.Format is null ? _file.Load(place.Tensor, place.Shape, place.Part) : Dequantize(place);
        if (place.Change is GgufChange.None or GgufChange.Experts)
        {
            return stored;
        }

        using (stored)
        {
            return place.Change switch
            {
                GgufChange.PlusOne => Ops.AddScalar(stored, -1),
                GgufChange.Transposed => RowOrder.Transpose(stored),
                _ => RowOrder.JoinHalves(stored, HeadsOf(place), name),
            };
        }
    }

    /// <inheritdoc/>
    public override QuantizedMatrix LoadBlocks(string name)
    {
        Place place = Require(name);
        if (_entries[name].Format is null)
        {
            throw new CheckpointFormatException("A tensor is not stored in blocks, or its blocks cannot be kept.", $"{name} in {Location}", $"{_entries[name].StoredType} {_entries[name].Shape}", "Load it as a tensor.");
        }

        QuantizedMatrix stored = _file.LoadBlocks(place.Tensor, place.Shape, place.Part);
        if (place.Change is not (GgufChange.QueryRows or GgufChange.KeyRows))
        {
            return stored;
        }

        using (stored)
        {
            return new QuantizedMatrix(stored.Format, stored.Rows, stored.Columns, RowOrder.JoinHalves(stored.Bytes, HeadsOf(place), name));
        }
    }

    /// <summary>The file behind the checkpoint, for copying it tensor by tensor.</summary>
    internal GgufFile Native => _file;

    /// <inheritdoc/>
    protected override void Dispose(bool isDisposing)
    {
        _file.Dispose();
        base.Dispose(isDisposing);
    }

    private Tensor Dequantize(Place place)
    {
        using QuantizedMatrix blocks = _file.LoadBlocks(place.Tensor, place.Shape, place.Part);
        using Tensor matrix = blocks.Dequantize();
        return Ops.Reshape(matrix, place.Shape.Dimensions);
    }

    private Place Require(string name) => _places.TryGetValue(name, out Place place) ? place : throw MissingTensor(name);

    private void Add(GgufTensor tensor)
    {
        (string Key, GgufRule Rule)? known = _architecture?.ToHuggingFace(tensor.Name);
        GgufChange change = known?.Rule.Change ?? GgufChange.None;
        string key = known?.Key ?? tensor.Name;
        if (change != GgufChange.Experts)
        {
            Add(key, new Place(tensor, change, tensor.Shape, 0));
            return;
        }

        if (tensor.Shape.Rank != 3 || tensor.Shape[0] > MaxExperts)
        {
            throw new CheckpointFormatException($"A stack of experts must have three dimensions, the first of them at most {MaxExperts}.", $"{tensor.Name} in {Location}", $"{tensor.Shape}", "Convert the model again with a current converter.");
        }

        for (int expert = 0; expert < tensor.Shape[0]; expert++)
        {
            Add(key.Replace("{e}", $"{expert}", StringComparison.Ordinal), new Place(tensor, change, new Shape(tensor.Shape[1], tensor.Shape[2]), expert));
        }
    }

    private void Add(string key, Place place)
    {
        GgufTensorType type = place.Tensor.Type;
        long size = place.Shape.ElementCount / type.BlockLength * type.BlockBytes;
        bool isTurned = place.Change is GgufChange.Transposed or GgufChange.PlusOne;
        Shape shape = place.Change == GgufChange.Transposed && place.Shape.Rank == 2 ? new Shape(place.Shape[1], place.Shape[0]) : place.Shape;
        bool keepsBlocks = type.Format is not null && !isTurned;
        var entry = new TensorEntry(
            key, shape, type.Format is not null && isTurned ? DType.F32 : type.Loaded, keepsBlocks ? type.Format : null, size, Location, _file.Header.DataStart + place.Tensor.Offset + (place.Part * size)) { StoredType = type.Name };
        if (!_entries.TryAdd(key, entry))
        {
            throw new CheckpointFormatException("Two tensors of a GGUF file have the same meaning.", Location, $"{key}: {_places[key].Tensor.Name} and {place.Tensor.Name}", "Convert the model again with a current converter.");
        }

        _places.Add(key, place);
    }

    private int HeadsOf(Place place)
    {
        string key = $"{Architecture}.attention.head_count";
        long? heads = place.Change == GgufChange.KeyRows ? Metadata.FindInteger(key + "_kv") ?? Metadata.FindInteger(key) : Metadata.FindInteger(key);
        return heads is > 0 and <= int.MaxValue ? (int)heads.Value : throw new CheckpointFormatException("A GGUF file does not state its number of heads.", Location, $"{key} = {heads}", "Convert the model again with a current converter.");
    }

    /// <summary>Where a tensor of the checkpoint is in the file.</summary>
    private readonly record struct Place(GgufTensor Tensor, GgufChange Change, Shape Shape, int Part);
}
