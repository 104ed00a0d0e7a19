using System.Text.Json.Nodes;
using Hone.Conformance.Tests.Training;
using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Models.Checkpoints;
using Hone.Tensors;

namespace Hone.Conformance.Tests.Adapters;

/// <summary>Adapters that PEFT wrote: forward before and after training, saved again, merged; the training itself is FinetuneFixtureTests'.</summary>
public sealed class LoraFixtureTests
{
    private const double WeightTolerance = 2e-5; // absolute, as the fixtures' README states

    public static TheoryData<string> Cases
    {
        get
        {
            var cases = new TheoryData<string>();
            string folder = Fixtures.At("training", "finetune");
            if (Directory.Exists(folder))
            {
                cases.AddRange(Directory.EnumerateDirectories(folder).Where(path => File.Exists(Path.Combine(path, "initial", LoraConfig.FileName))).Select(path => Path.GetFileName(path)!).Order().ToArray());
            }

            return cases;
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Load_AttachedToItsModel_GivesPeftsLogits(string name)
    {
        using var fixture = new FinetuneCase(name);
        foreach (ModelUse use in (ModelUse[])[ModelUse.AdapterTraining, ModelUse.Inference])
        {
            using PretrainedModel model = PretrainedModel.Load(fixture.Model, new LoadOptions { Use = use });
            double[] plain = fixture.Logits(model);
            foreach (string state in (string[])["initial", "final"])
            {
                using LoraAdapter adapter = LoraAdapter.Load(fixture.At(state), model);

                adapter.Attach();
                fixture.CompareLogits(state, model);
                adapter.Detach();

                Assert.Equal(plain, fixture.Logits(model));
            }
        }

        fixture.Close.Report();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Save_WhatPeftWrote_GivesTheSameFiles(string name)
    {
        using var fixture = new FinetuneCase(name);
        using PretrainedModel model = PretrainedModel.Load(fixture.Model, new LoadOptions { Use = ModelUse.AdapterTraining });
        using LoraAdapter adapter = LoraAdapter.Load(fixture.At("final"), model);
        adapter.Attach();
        string folder = fixture.NewFolder("saved");

        adapter.Save(new PhysicalFileSystem(), folder);

        Assert.Equal(File.ReadAllBytes(Path.Combine(fixture.At("final"), "adapter_model.safetensors")), File.ReadAllBytes(Path.Combine(folder, "adapter_model.safetensors")));
        Assert.True(JsonNode.DeepEquals(Json(fixture.At("final")), Json(folder)), "adapter_config.json differs");
    }

    /// <summary>A new adapter with PEFT's settings is written under PEFT's names: PEFT reads what it knows and takes its own defaults for the rest.</summary>
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Create_WithPeftsSettings_WritesPeftsNamesShapesAndKeys(string name)
    {
        using var fixture = new FinetuneCase(name);
        using PretrainedModel model = PretrainedModel.Load(fixture.Model, new LoadOptions { Use = ModelUse.AdapterTraining });
        LoraConfig config = LoraConfig.Read(Json(fixture.At("initial"))!.AsObject(), "adapter_config.json") with { Json = null };
        using LoraAdapter adapter = LoraAdapter.Create(model, config, new RandomStream(1, "adapter"));
        adapter.Attach();
        string folder = fixture.NewFolder("created");

        adapter.Save(new PhysicalFileSystem(), folder);

        using SafetensorsCheckpoint expected = SafetensorsCheckpoint.Open(Path.Combine(fixture.At("initial"), "adapter_model.safetensors")), actual = SafetensorsCheckpoint.Open(Path.Combine(folder, "adapter_model.safetensors"));
        Assert.Equal(Facts(expected), Facts(actual));
        JsonObject theirs = Json(fixture.At("initial"))!.AsObject(), ours = Json(folder)!.AsObject(); // both files are there
        Assert.All(ours, pair =>
        {
            Assert.True(theirs.ContainsKey(pair.Key), $"PEFT has no key {pair.Key}");
            Assert.True(JsonNode.DeepEquals(Sorted(theirs[pair.Key]), Sorted(pair.Value)), $"{pair.Key}: {pair.Value?.ToJsonString()}, PEFT {theirs[pair.Key]?.ToJsonString()}");
        });

        static string[] Facts(SafetensorsCheckpoint file) => [.. file.Entries.Values.Select(entry => $"{entry.Name} {entry.Shape} {entry.StoredType}").Order(StringComparer.Ordinal)];

        // PEFT writes sets of names, whose order is chance.
        static JsonNode? Sorted(JsonNode? node) => node is JsonArray names && names.All(item => item is JsonValue value && value.TryGetValue(out string? _))
            ? new JsonArray([.. names.Select(item => (string)item!).Order(StringComparer.Ordinal).Select(item => JsonValue.Create(item))])
            : node;
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Merge_IntoItsModel_GivesPeftsWeightsAndLogits(string name)
    {
        using var fixture = new FinetuneCase(name);
        string folder = fixture.NewFolder("merged");

        AdapterMerge.Write(new PhysicalFileSystem(), fixture.Model, fixture.At("final"), folder);

        using PretrainedModel merged = PretrainedModel.Load(folder);
        fixture.CompareLogits("merged", merged);
        using var scope = TensorScope.Begin("test");
        foreach (string key in fixture.Expected.Names.Where(key => key.StartsWith("merged_weight.", StringComparison.Ordinal)))
        {
            fixture.Close.Absolute("weights", merged.Tensors.Load(key["merged_weight.".Length..]).ToDoubles(), fixture.Expected[key].ToDoubles(), WeightTolerance);
        }

        fixture.Close.Report();
    }

    private static JsonNode? Json(string folder) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, LoraConfig.FileName)));
}
