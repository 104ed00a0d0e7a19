using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Conformance.Tests.TextModels;
using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Models.Checkpoints;
using Hone.Tensors;

namespace Hone.Conformance.Tests.Adapters;

/// <summary>Adapters that PEFT wrote: forward before and after training, saved again, merged. (The training itself is read elsewhere.)</summary>
public sealed class LoraFixtureTests
{
    private const double LogitsTolerance = 3e-4, WeightTolerance = 2e-5; // absolute, as the fixtures' README states
    private const double LossTolerance = 2e-5, GradientTolerance = 2e-5; // absolute, relative
    private const long IgnoreIndex = -100;
    private const int Rows = 2, Columns = 6; // of the rows, the positions whose logits are given

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
        using var fixture = new Case(name);
        foreach (ModelUse use in (ModelUse[])[ModelUse.AdapterTraining, ModelUse.Inference])
        {
            using PretrainedModel model = PretrainedModel.Load(fixture.Model, new LoadOptions { Use = use });
            double[] plain = fixture.Logits(model);
            foreach (string state in (string[])["initial", "final"])
            {
                using LoraAdapter adapter = LoraAdapter.Load(fixture.At(state), model);

                adapter.Attach();
                fixture.Compare($"{use} {state}", fixture.Logits(model), $"{state}_logits", LogitsTolerance);
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
        using var fixture = new Case(name);
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
        using var fixture = new Case(name);
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
        using var fixture = new Case(name);
        string folder = fixture.NewFolder("merged");

        AdapterMerge.Write(new PhysicalFileSystem(), fixture.Model, fixture.At("final"), folder);

        using PretrainedModel merged = PretrainedModel.Load(folder);
        fixture.Compare("merged", fixture.Logits(merged), "merged_logits", LogitsTolerance);
        using var scope = TensorScope.Begin("test");
        foreach (string key in fixture.Expected.Names.Where(key => key.StartsWith("merged_weight.", StringComparison.Ordinal)))
        {
            fixture.Close.Absolute("weights", merged.Tensors.Load(key["merged_weight.".Length..]).ToDoubles(), fixture.Expected[key].ToDoubles(), WeightTolerance);
        }

        fixture.Close.Report();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void FirstStep_LossesAndGradientNorm_EqualTheTrainers(string name)
    {
        using var fixture = new Case(name);
        using PretrainedModel model = PretrainedModel.Load(fixture.Model, new LoadOptions { Use = ModelUse.AdapterTraining });
        using LoraAdapter adapter = LoraAdapter.Load(fixture.At("initial"), model);
        adapter.Attach();

        (double[] losses, double norm) = fixture.FirstStep(model, adapter);

        fixture.Close.Absolute("loss", losses, fixture.MicroLosses, LossTolerance);
        fixture.Close.Absolute("gradient norm", [norm], [fixture.GradientNorm], GradientTolerance * fixture.GradientNorm);
        fixture.Close.Report();
    }

    private static JsonNode? Json(string folder) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, LoraConfig.FileName)));

    private sealed class Case : IDisposable
    {
        private readonly string _folder;
        private readonly string _temporary = Directory.CreateTempSubdirectory("hone-lora").FullName;
        private readonly FixtureTensors _data;

        public Case(string name)
        {
            _folder = Fixtures.At("training", "finetune", name);
            _data = new FixtureTensors(Path.Combine(_folder, "data.safetensors"));
            Expected = new FixtureTensors(Path.Combine(_folder, "expected.safetensors"));
            using JsonDocument run = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "run.json")));
            Model = Fixtures.At("text-models", run.RootElement.GetProperty("base").GetString()!);
            int microBatches = run.RootElement.GetProperty("micro_batches_per_step").GetInt32();
            MicroLosses = [.. run.RootElement.GetProperty("micro_losses").EnumerateArray().Take(microBatches).Select(loss => loss.GetDouble())];
            GradientNorm = run.RootElement.GetProperty("grad_norm")[0].GetDouble();
            Assert.SkipUnless(Directory.Exists(Model), $"no text model {Path.GetFileName(Model)}");
        }

        public FixtureTensors Expected { get; }

        public string Model { get; }

        public Tolerance Close { get; } = new();

        /// <summary>The first step's share of the loss from each micro-batch.</summary>
        public double[] MicroLosses { get; }

        /// <summary>Length of the first step's gradient before clipping.</summary>
        public double GradientNorm { get; }

        public string At(string state) => Path.Combine(_folder, state);

        public string NewFolder(string name) => Path.Combine(_temporary, name);

        /// <summary>The logits that the fixtures keep: of the first positions of the first rows, 0 at padding; of a classifier all labels.</summary>
        public double[] Logits(PretrainedModel model)
        {
            using var scope = TensorScope.Begin("logits");
            int width = _data.ShapeOf("input_ids")[1];
            long[] ids = Longs("input_ids")[..(Rows * width)];
            bool[] mask = Longs("attention_mask")[..(Rows * width)].Select(m => m != 0).ToArray();
            if (model is SequenceClassifier classifier)
            {
                return classifier.Forward(EncoderInput.FromPadded(classifier.Config, ids, mask, width)).ToDoubles();
            }

            var lm = (CausalLm)model;
            EncoderInput input = EncoderInput.FromPadded(lm.Config, ids, mask, width);
            double[] logits = lm.Logits(lm.Forward(input.InputIds, input.Context)).ToDoubles();
            int vocabulary = lm.Config.VocabSize;
            var kept = new double[Rows * Columns * vocabulary];
            for (int i = 0, token = 0; i < ids.Length; i++)
            {
                if (mask[i])
                {
                    int row = i / width, column = i % width;
                    if (column < Columns)
                    {
                        logits.AsSpan(token * vocabulary, vocabulary).CopyTo(kept.AsSpan(((row * Columns) + column) * vocabulary));
                    }

                    token++;
                }
            }

            return kept;
        }

        /// <summary>Losses of the first step's micro-batches as the Trainer adds them up, and the length of all gradients.</summary>
        public (double[] Losses, double GradientNorm) FirstStep(PretrainedModel model, LoraAdapter adapter)
        {
            using var scope = TensorScope.Begin("step");
            int width = _data.ShapeOf("input_ids")[1], count = MicroLosses.Length;
            long[] ids = Longs("input_ids"), labels = model is SequenceClassifier ? [] : Longs("labels");
            bool[] mask = Longs("attention_mask").Select(m => m != 0).ToArray();
            int targets = labels.Take(count * Rows * width).Where((label, i) => label != IgnoreIndex && i % width != 0).Count();
            var losses = new double[count];
            for (int micro = 0; micro < count; micro++)
            {
                (int begin, int end) = (micro * Rows * width, (micro + 1) * Rows * width);
                Tensor loss = model is SequenceClassifier classifier
                    ? ClassifierLoss(classifier, EncoderInput.FromPadded(classifier.Config, ids.AsSpan(begin, end - begin), mask.AsSpan(begin, end - begin), width), micro)
                    : LanguageLoss((CausalLm)model, ids[begin..end], mask[begin..end], labels[begin..end], width) * (1.0 / targets);
                losses[micro] = loss.Item();
                loss.Backward();
            }

            Tensor[] gradients = [.. adapter.Parameters().Select(parameter => parameter.Grad).OfType<Tensor>()];
            return (losses, Ops.GradientNorm(gradients));
        }

        public void Compare(string what, double[] actual, string expected, double tolerance)
        {
            using Tensor tensor = Expected[expected];
            Close.Absolute(what, actual, tensor.ToDoubles(), tolerance);
        }

        public void Dispose() => Directory.Delete(_temporary, recursive: true);

        private static Tensor LanguageLoss(CausalLm model, long[] ids, bool[] mask, long[] labels, int width)
        {
            EncoderInput input = EncoderInput.FromPadded(model.Config, ids, mask, width);
            int[] kept = [.. Enumerable.Range(0, ids.Length).Where(i => mask[i])];
            long[] next = [.. kept.Select((place, i) => i + 1 < kept.Length && kept[i + 1] == place + 1 && kept[i + 1] % width != 0 ? labels[kept[i + 1]] : IgnoreIndex)];
            return Ops.CrossEntropy(model.Logits(model.Forward(input.InputIds, input.Context)), Tensor.From(next, next.Length)).Sum;
        }

        private Tensor ClassifierLoss(SequenceClassifier model, EncoderInput input, int micro)
        {
            Tensor logits = model.Forward(input), labels = Ops.Slice(_data["labels"], 0, micro * Rows, Rows);
            return logits.Shape[1] == 1 ? Ops.Mean(Ops.Square(Ops.Reshape(logits, Rows) - labels)) : Ops.CrossEntropy(logits, labels).Mean();
        }

        private long[] Longs(string name)
        {
            using Tensor tensor = _data[name];
            return tensor.ToArray<long>();
        }
    }
}
