using Hone.Models.Checkpoints;
using Hone.Tensors;
using Hone.Tensors.Quantization;

namespace Hone.Conformance.Tests.TextModels;

/// <summary>The safetensors files of a fixture's folder, in memory.</summary>
internal sealed class FixtureSource : TensorSource
{
    private readonly Dictionary<string, FixtureTensors> _files = [];
    private readonly Dictionary<string, TensorEntry> _entries = [];

    public FixtureSource(string folder)
    {
        Location = folder;
        foreach (string path in Directory.EnumerateFiles(folder, "model*.safetensors"))
        {
            var file = new FixtureTensors(path);
            foreach (string name in file.Names)
            {
                _files.Add(name, file);
                _entries.Add(name, new TensorEntry(name, new Shape((ReadOnlySpan<int>)file.ShapeOf(name)), file.TypeOf(name), null, 0, path, 0));
            }
        }
    }

    public override IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    public override string Location { get; }

    public override Tensor Load(string name) => _files[name][name];

    public override QuantizedMatrix LoadBlocks(string name) => throw new InvalidOperationException("safetensors files hold no blocks");
}
