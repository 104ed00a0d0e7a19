using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Models;
using Hone.Models.Checkpoints;
using Hone.Models.Families;
using Hone.Tensors;

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
        TensorSource source = Checkpoint.Open(Folder);
        _sources.Add(source);
        return source;
    }

    public CausalLm LoadCausalLm(ModelUse use, string config = "config.json") => CausalLm.Load(Open(), ReadConfig(config), new LoadOptions { Use = use });

    public Encoder LoadEncoder(ModelUse use) => Encoder.Load(Open(), Config, new LoadOptions { Use = use });

    public SequenceClassifier LoadClassifier(ModelUse use) => SequenceClassifier.Load(Open(), Config, new LoadOptions { Use = use });

    /// <summary>A padded batch of the inputs without its padding.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="config">The model that it is for.</param>
    /// <param name="prefix">Prefix of ids and types.</param>
    /// <param name="maskPrefix">Prefix of the mask.</param>
    public static EncoderInput Unpad(FixtureTensors inputs, ModelConfig config, string prefix, string maskPrefix)
    {
        long[] Longs(string name)
        {
            using Tensor tensor = inputs[name];
            return tensor.ToArray<long>();
        }

        bool[] mask = Longs(maskPrefix + "attention_mask").Select(m => m != 0).ToArray();
        long[] types = inputs.Has(prefix + "token_type_ids") ? Longs(prefix + "token_type_ids") : [];
        return EncoderInput.FromPadded(config, Longs(prefix + "input_ids"), mask, inputs.ShapeOf(prefix + "input_ids")[1], types);
    }

    public double[] Doubles(string expected)
    {
        using Tensor tensor = Expected[expected];
        return tensor.ToDoubles();
    }

    public void Dispose() => _sources.ForEach(source => source.Dispose());
}
