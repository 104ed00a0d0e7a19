using System.Text.Json.Nodes;
using Hone.Core.Runs;
using Hone.Models;
using Hone.Models.Checkpoints;
using Hone.Models.Checkpoints.Gguf;
using Hone.Models.Families;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Conformance.Tests.Gguf;

/// <summary>Models of GGUF files: logits against transformers, and tiny checkpoints that go into a GGUF file and come back.</summary>
[ReadsFixture("gguf/logits")]
public sealed class GgufModelFixtureTests : IDisposable
{
    private const double Tolerance = 1e-4; // absolute, as the fixtures' README states

    private readonly string _path = Path.GetTempFileName();

    public static TheoryData<string> Files
    {
        get
        {
            string path = Fixtures.At("gguf", "logits.safetensors");
            const string Suffix = ".logits";
            return File.Exists(path) ? [.. new FixtureTensors(path).Names.Where(name => name.EndsWith(Suffix, StringComparison.Ordinal)).Select(name => name[..^Suffix.Length])] : [];
        }
    }

    public static TheoryData<string> Models
    {
        get
        {
            string folder = Fixtures.At("text-models");
            return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "config.json", SearchOption.AllDirectories).Select(path => Path.GetFileName(Path.GetDirectoryName(path)!))] : [];
        }
    }

    public void Dispose() => File.Delete(_path);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Files))]
    public void Forward_ModelOfAFile_GivesTheLogitsOfTransformers(string file)
    {
        using var scope = TensorScope.Begin("test");
        var expected = new FixtureTensors(Fixtures.At("gguf", "logits.safetensors"));
        int[] ids = expected[$"{file}.ids"].ToArray<int>();
        using GgufCheckpoint checkpoint = GgufCheckpoint.Open(Fixtures.At("gguf", "files", file));

        // The weights dequantized as transformers does; products of blocks with rounded inputs have tolerances of their own.
        using CausalLm model = CausalLm.Load(checkpoint, checkpoint.ReadConfig(), new LoadOptions { Weights = Hone.Core.Recipes.WeightType.F32 });
        Tensor hidden = model.Forward(Tensor.From(ids, ids.Length), PackedAttentionContext.FromLengths(ids.Length));
        float[] logits = model.Logits(hidden).ToArray<float>();

        float[] wanted = expected[$"{file}.logits"].ToArray<float>();
        Assert.Equal(wanted.Length, logits.Length);
        for (int i = 0; i < wanted.Length; i++)
        {
            Assert.True(Math.Abs(wanted[i] - logits[i]) <= Tolerance, $"{file}: logit {i} is {logits[i]:R}, expected {wanted[i]:R}");
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Models))]
    public void FromModel_TinyCheckpoint_ComesBackWithTheSameTensorsAndSettings(string name)
    {
        using var scope = TensorScope.Begin("test");
        using TensorSource source = Checkpoint.Open(Fixtures.At("text-models", name));
        JsonObject config = source.ReadConfig()!; // every case has one
        GgufPlan plan;
        try
        {
            plan = GgufConversion.FromModel(source, config, name, tokenizer: null, target: null);
        }
        catch (CheckpointFormatException e)
        {
            Assert.Skip($"{e.What} {e.Facts}");
            return;
        }

        GgufWriter.WriteFile(new PhysicalFileSystem(), _path, plan.Metadata, plan.Tensors);
        using GgufCheckpoint back = GgufCheckpoint.Open(_path);

        string[] left = [.. back.Entries.Keys.Except(source.Entries.Keys)];
        Assert.True(left.Length == 0, $"unknown: {string.Join(", ", left)}");
        foreach (TensorEntry entry in source.Entries.Values.Where(entry => back.Entries.ContainsKey(entry.Name)))
        {
            double[] expected = source.Load(entry.Name).ToDoubles();
            double[] actual = back.Load(entry.Name).ToDoubles();
            Assert.Equal(entry.Shape, back.Entries[entry.Name].Shape);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.True(Math.Abs(expected[i] - actual[i]) <= 3e-7 * Math.Max(1, Math.Abs(expected[i])), $"{entry.Name}: element {i} is {actual[i]:R}, expected {expected[i]:R}"); // (w + 1) − 1 rounds twice
            }
        }

        string[] missing = [.. source.Entries.Keys.Except(back.Entries.Keys)];
        Assert.Equal(missing.Length, plan.Notices.Count(notice => notice.Contains("left out", StringComparison.Ordinal)));
        AssertSameConfig(config, back.ReadConfig(), plan.Notices.Count > missing.Length);
    }

    /// <summary>Both configs must be read as the same settings, unless the plan said that some are lost.</summary>
    private static void AssertSameConfig(JsonObject wanted, JsonObject found, bool hasLosses)
    {
        if (hasLosses || (string?)wanted["model_type"] == "bert")
        {
            Assert.Equal((string?)wanted["model_type"], (string?)found["model_type"]);
            return;
        }

        DecoderConfig expected = ModelFamilies.Read<DecoderConfig>(wanted, "expected");
        DecoderConfig actual = ModelFamilies.Read<DecoderConfig>(found, "actual");
        // Files call a Mistral model without a window "llama", which computes the same.
        Type compared = (string?)wanted["model_type"] == "mistral" && (string?)found["model_type"] == "llama" ? typeof(DecoderConfig) : expected.GetType();
        Assert.IsAssignableFrom(compared, actual);
        foreach (System.Reflection.PropertyInfo property in compared.GetProperties().Where(property => property.PropertyType.IsValueType && property.Name != nameof(DecoderConfig.RmsNormEps)))
        {
            (object? e, object? a) = (property.GetValue(expected), property.GetValue(actual));
            string text = string.Join(", ", new[] { e, a }.Select(value => value is System.Collections.IEnumerable items ? string.Join(";", items.Cast<object?>()) : value?.ToString()));
            bool isSame = e is System.Collections.IEnumerable left && a is System.Collections.IEnumerable right ? left.Cast<object?>().Where(item => item is not null).SequenceEqual(right.Cast<object?>().Where(item => item is not null)) : e is double number ? Math.Abs(number - (double)a!) <= 1e-6 * Math.Abs(number) : Equals(e, a);
            Assert.True(isSame, $"{property.Name}: {text}");
        }
    }
}
