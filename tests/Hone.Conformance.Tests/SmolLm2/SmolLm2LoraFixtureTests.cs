using System.Text.Json;
using Hone.Core.Random;
using Hone.Core.Recipes;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Tensors;
using Hone.Training;
using Hone.Training.Optimizers;
using Hone.Training.Schedules;
using Hone.Training.Trainers;

namespace Hone.Conformance.Tests.SmolLm2;

/// <summary>The LoRA run of the reference on a real model and real data: every step, and the held-out rows before and after.</summary>
[ReadsFixture("smollm2/lora_config")]
[ReadsFixture("smollm2/lora_data")]
[ReadsFixture("smollm2/lora_init_A")]
[ReadsFixture("smollm2/lora_steps")]
[ReadsFixture("smollm2/lora_grad_norms")]
[ReadsFixture("smollm2/lora_final")]
[ReadsFixture("smollm2/lora_result")]
public sealed class SmolLm2LoraFixtureTests
{
    // As the fixtures' README states: relative loss in the first three steps and later, relative norms, distance of the update, absolute NLL.
    private const double EarlyLoss = 1e-3, LateLoss = 5e-3, Norm = 1e-2, UpdateDistance = 5e-2, HeldOut = 2e-3;
    private const int EarlySteps = 3;
    private const string Folder = "smollm2";

    [Fact]
    public void Run_OfTheReferencesSettings_GivesItsCurveAndHeldOutLoss()
    {
        string model = SmolLm2Model.Folder;
        Assert.SkipUnless(Directory.Exists(model) && File.Exists(Fixtures.At(Folder, "lora_data.safetensors")), "no model or no fixture");
        using JsonDocument result = JsonDocument.Parse(File.ReadAllText(Fixtures.At(Folder, "lora_result.json")));
        JsonElement args = result.RootElement.GetProperty("args");
        var data = new FixtureTensors(Fixtures.At(Folder, "lora_data.safetensors"));
        int rows = args.GetProperty("batch").GetInt32();
        SequenceBatch[] train = Batches(data, "train", rows), test = Batches(data, "test", rows);
        JsonElement[] expected = [.. File.ReadLines(Fixtures.At(Folder, "lora_steps.jsonl")).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement)];

        using CausalLm lm = CausalLm.Load(model, new LoadOptions { Use = ModelUse.AdapterTraining, Weights = WeightType.F32 });
        using LoraAdapter adapter = CreateAdapter(lm);
        adapter.Attach();
        var observer = new Recorder();
        var trainer = new SftTrainer(lm);
        using var loop = new TrainingLoop<SequenceBatch>(new TrainingRun<SequenceBatch>
        {
            Trainer = trainer,
            Adapter = adapter,
            Training = new BatchList(train),
            Validation = new BatchList(test),
            Options = new TrainingOptions
            {
                MaxSteps = args.GetProperty("steps").GetInt32(),
                Optimizer = new AdamWOptions { LearningRate = args.GetProperty("lr").GetDouble(), WeightDecay = 0 },
                Schedule = new CosineSchedule { WarmupSteps = args.GetProperty("warmup").GetInt32() },
                Clip = new GradientClipping { MaxNorm = 1 },
            },
            Random = new RandomStream(1, "train"),
            Observer = observer,
        });
        TrainingResult trained = loop.Run(TestContext.Current.CancellationToken);

        Assert.Equal(expected.Length, observer.Steps.Count);
        Assert.Equal(result.RootElement.GetProperty("trainable_parameters").GetInt64(), loop.Parameters.Sum(parameter => parameter.ElementCount));
        foreach ((StepReport step, JsonElement want) in observer.Steps.Zip(expected))
        {
            double bound = step.Step <= EarlySteps ? EarlyLoss : LateLoss;
            Relative($"loss of step {step.Step}", step.Loss, want.GetProperty("loss").GetDouble(), bound);
            Relative($"gradient norm of step {step.Step}", step.GradientNorm, want.GetProperty("grad_norm").GetDouble(), Norm);
            Assert.Equal(want.GetProperty("lr").GetDouble(), step.LearningRates[0], 1e-12);
            Assert.Equal(want.GetProperty("tokens").GetInt64(), step.Tokens);
            Assert.Equal(want.GetProperty("label_tokens").GetInt64(), step.Targets);
        }

        Assert.InRange(trained.InitialEvaluation!.Value - result.RootElement.GetProperty("eval_nll_per_answer_token_before").GetDouble(), -HeldOut, HeldOut);
        Assert.InRange(trained.FinalEvaluation!.Value - result.RootElement.GetProperty("eval_nll_per_answer_token_after").GetDouble(), -HeldOut, HeldOut);
        CompareUpdate(adapter);
    }

    [Fact]
    public void FirstStep_GradientOfEveryMatrix_HasTheReferencesLength()
    {
        string model = SmolLm2Model.Folder;
        Assert.SkipUnless(Directory.Exists(model) && File.Exists(Fixtures.At(Folder, "lora_data.safetensors")), "no model or no fixture");
        var norms = new FixtureTensors(Fixtures.At(Folder, "lora_grad_norms.safetensors"));
        using CausalLm lm = CausalLm.Load(model, new LoadOptions { Use = ModelUse.AdapterTraining, Weights = WeightType.F32 });
        using LoraAdapter adapter = CreateAdapter(lm);
        adapter.Attach();
        var trainer = new SftTrainer(lm);
        SequenceBatch batch = Batches(new FixtureTensors(Fixtures.At(Folder, "lora_data.safetensors")), "train", rows: 8)[0];

        using var scope = TensorScope.Begin("test");
        trainer.Loss(batch, trainer.TargetsOf(batch)).Loss.Backward();

        string[] names = [.. norms.Names.Where(name => name.StartsWith("step1.", StringComparison.Ordinal))];
        Dictionary<string, Parameter> parameters = adapter.Parameters().ToDictionary(parameter => parameter.Name["base_model.model.".Length..]);
        Assert.Equal(parameters.Count, names.Length);
        foreach (string name in names)
        {
            double want = norms[name].ToDoubles()[0], got = Ops.GradientNorm([parameters[Plain(name["step1.".Length..])].Grad!]);
            Assert.True(Math.Abs(got - want) <= Norm * want, $"{name}: {got}, expected {want}");
        }
    }

    private static string Plain(string name) => name.Replace(".default.", ".", StringComparison.Ordinal);

    /// <summary>The adapter that the reference began with: A from the file, B zero.</summary>
    private static LoraAdapter CreateAdapter(CausalLm model)
    {
        string path = Fixtures.At(Folder, "lora_config.json");
        LoraConfig config = LoraConfig.Read(System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(path))!.AsObject(), path);
        LoraAdapter adapter = LoraAdapter.Create(model, config, new RandomStream(1, "lora"));
        var initial = new FixtureTensors(Fixtures.At(Folder, "lora_init_A.safetensors"));
        Dictionary<string, string> names = initial.Names.ToDictionary(Plain);
        using var scope = TensorScope.Begin("initial");
        foreach (LoraLinear update in adapter.Linears.Values)
        {
            update.A.CopyFrom(Ops.Cast(initial[names[update.A.Name]], DType.F32));
        }

        return adapter;
    }

    private static void CompareUpdate(LoraAdapter adapter)
    {
        var initial = new FixtureTensors(Fixtures.At(Folder, "lora_init_A.safetensors"));
        var final = new FixtureTensors(Fixtures.At(Folder, "lora_final.safetensors"));
        Dictionary<string, string> begins = initial.Names.ToDictionary(Plain), ends = final.Names.ToDictionary(Plain);
        double difference = 0, length = 0;
        using var scope = TensorScope.Begin("final");
        foreach (Parameter parameter in adapter.Parameters())
        {
            double[] got = parameter.ToDoubles(), want = final[ends[parameter.Name]].ToDoubles();
            double[] before = begins.TryGetValue(parameter.Name, out string? begin) ? initial[begin].ToDoubles() : new double[got.Length];
            for (int i = 0; i < got.Length; i++)
            {
                difference += Math.Pow(got[i] - want[i], 2);
                length += Math.Pow(want[i] - before[i], 2);
            }
        }

        Assert.InRange(Math.Sqrt(difference / length), 0, UpdateDistance);
    }

    private static void Relative(string what, double got, double want, double bound) => Assert.True(Math.Abs(got - want) <= bound * Math.Abs(want), $"{what}: {got}, expected {want} within {bound:P2}");

    private static SequenceBatch[] Batches(FixtureTensors data, string part, int rows)
    {
        using Tensor ids = data[$"{part}_ids"], offsets = data[$"{part}_offsets"], starts = data[$"{part}_label_start"], lengths = data[$"{part}_label_len"];
        int[] tokens = Ints(ids), begins = Ints(offsets), first = Ints(starts), count = Ints(lengths);
        return [.. Enumerable.Range(0, begins.Length - 1).Chunk(rows).Select(chunk => new SequenceBatch(
            [.. chunk.SelectMany(row => tokens[begins[row]..begins[row + 1]])],
            [.. chunk.SelectMany(row => tokens[begins[row]..begins[row + 1]].Select((token, i) => i >= first[row] && i < first[row] + count[row] && i > 0 ? token : SftExample.IgnoreIndex))],
            [.. chunk.Select(row => begins[row + 1] - begins[row])],
            [.. chunk.Select(row => row + 1L)]))];
    }

    private static int[] Ints(Tensor tensor) => [.. tensor.ToDoubles().Select(value => (int)value)];

    private sealed class BatchList(SequenceBatch[] batches) : IBatchSource<SequenceBatch>
    {
        public int CountOf(int epoch) => batches.Length;

        public SequenceBatch Load(int epoch, int batch) => batches[batch];
    }

    private sealed class Recorder : ITrainingObserver
    {
        public List<StepReport> Steps { get; } = [];

        public void OnStep(StepReport report)
        {
            Steps.Add(report);
            TestContext.Current.TestOutputHelper!.WriteLine($"{report.Step} loss {report.Loss:F5} norm {report.GradientNorm:F5} {report.Tokens / report.Seconds:F0} tokens/s");
        }

        public void OnEvaluation(EvaluationReport report) => TestContext.Current.TestOutputHelper!.WriteLine($"after step {report.Step}: {report.Loss:F5}");

        public void OnWarning(string message) => Assert.Fail(message);
    }
}
