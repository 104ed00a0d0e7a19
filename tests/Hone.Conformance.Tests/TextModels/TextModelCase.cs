using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Models;
using Hone.Models.Checkpoints;

namespace Hone.Conformance.Tests.TextModels;

/// <summary>One checkpoint of the text-model fixtures.</summary>
internal sealed class TextModelCase : IDisposable
{
    private const string Area = "text-models";
    private readonly List<TensorSource> _sources = [];

    public TextModelCase(string name)
    {
        Folder = Fixtures.At(Area, name);
        Inputs = new FixtureTensors(Path.Combine(Folder, "inputs.safetensors"));
        Expected = new FixtureTensors(Path.Combine(Folder, "expected.safetensors"));
    }

    public string Folder { get; }

    public FixtureTensors Inputs { get; }

    public FixtureTensors Expected { get; }

    public JsonObject Config => ReadConfig("config.json");

    public bool HasLegacyConfig => File.Exists(Path.Combine(Folder, "config.legacy.json"));

    /// <summary>Names of the cases of a kind, from the manifest that lies there.</summary>
    public static TheoryData<string> Of(string kind)
    {
        var cases = new TheoryData<string>();
        if (File.Exists(Fixtures.At(Area, "manifest.json")))
        {
            JsonElement models = Fixtures.Json(Area, "manifest.json").GetProperty("models");
            cases.AddRange(models.EnumerateObject().Where(model => model.Value.GetProperty("kind").GetString() == kind).Select(model => model.Name).ToArray());
        }

        return cases;
    }

    public JsonObject ReadConfig(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, file)))!.AsObject();

    public TensorSource Open()
    {
        var source = new FixtureSource(Folder);
        _sources.Add(source);
        return source;
    }

    public CausalLm LoadCausalLm(ModelUse use, string config = "config.json") => CausalLm.Load(Open(), ReadConfig(config), new LoadOptions { Use = use });

    public double[] Doubles(string expected)
    {
        using Hone.Tensors.Tensor tensor = Expected[expected];
        return tensor.ToDoubles();
    }

    public void Dispose() => _sources.ForEach(source => source.Dispose());
}
