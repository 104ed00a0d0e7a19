using System.Buffers.Binary;
using System.Text.Json;
using Hone.Tensors;

namespace Hone.Conformance.Tests;

/// <summary>The tensors of a fixture's safetensors file: just enough of the format for files that the fixtures' scripts wrote.</summary>
internal sealed class FixtureTensors
{
    private readonly string _path;
    private readonly long _dataStart;
    private readonly Dictionary<string, JsonElement> _entries = [];

    /// <summary>Reads the header of the file.</summary>
    public FixtureTensors(string path)
    {
        _path = path;
        using FileStream stream = File.OpenRead(path);
        Span<byte> length = stackalloc byte[8];
        stream.ReadExactly(length);
        var header = new byte[BinaryPrimitives.ReadInt64LittleEndian(length)];
        stream.ReadExactly(header);
        _dataStart = 8 + header.Length;
        using JsonDocument document = JsonDocument.Parse(header);
        foreach (JsonProperty property in document.RootElement.EnumerateObject().Where(p => p.Name != "__metadata__"))
        {
            _entries[property.Name] = property.Value.Clone();
        }
    }

    /// <summary>Names of all tensors.</summary>
    public IEnumerable<string> Names => _entries.Keys;

    /// <summary>Whether the file holds a tensor of that name.</summary>
    public bool Has(string name) => _entries.ContainsKey(name);

    /// <summary>The tensor's shape.</summary>
    public int[] ShapeOf(string name) => _entries[name].GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()).ToArray();

    /// <summary>The tensor's element type.</summary>
    public DType TypeOf(string name) => Enum.Parse<DType>(_entries[name].GetProperty("dtype").GetString()!, ignoreCase: true);

    /// <summary>A copy of the tensor in the current scope.</summary>
    public Tensor this[string name]
    {
        get
        {
            DType dtype = TypeOf(name);
            int[] shape = ShapeOf(name);
            long start = _entries[name].GetProperty("data_offsets")[0].GetInt64();
            using Tensor mapped = Tensor.MapFile(_path, _dataStart + start, dtype, shape);
            Tensor copy = Tensor.Zeros(dtype, shape);
            copy.CopyFrom(mapped);
            return copy;
        }
    }
}
