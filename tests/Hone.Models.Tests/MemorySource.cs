using Hone.Core.Random;
using Hone.Models.Checkpoints;
using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Models.Tests;

/// <summary>A checkpoint in memory: random weights under given names.</summary>
internal sealed class MemorySource : TensorSource
{
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, float[]> _values = new(StringComparer.Ordinal);
    private readonly RandomStream _random = new(1, "weights");

    public override IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    public override string Location => "memory";

    public MemorySource Add(string name, params int[] shape)
    {
        _entries[name] = new TensorEntry(name, new Shape((ReadOnlySpan<int>)shape), DType.F32, null, 0, "memory", 0);
        return this;
    }

    public MemorySource Remove(string name)
    {
        _entries.Remove(name);
        return this;
    }

    /// <summary>Gives a weight other values than the random ones.</summary>
    public void Replace(string name, Tensor values) => _values[name] = values.ToArray<float>();

    public override Tensor Load(string name)
    {
        if (_values.TryGetValue(name, out float[]? given))
        {
            return Tensor.From(given, _entries[name].Shape.Dimensions);
        }

        var values = new float[_entries[name].Shape.ElementCount];
        _random.CreateChild(name).FillNormal(values, name.Contains("norm", StringComparison.Ordinal) ? 1 : 0, 0.2f);
        return Tensor.From(values, _entries[name].Shape.Dimensions);
    }

    public override QuantizedMatrix LoadBlocks(string name) => throw new InvalidOperationException();
}
