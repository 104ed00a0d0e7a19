using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Models.Checkpoints;
using Hone.Tensors;
using Hone.Training;
using Hone.Training.Trainers;

namespace Hone.Conformance.Tests.Training;

/// <summary>Whole runs of transformers' Trainer, with PEFT and without: every step's loss, gradient norm and rates, and what comes out of them.</summary>
[ReadsFixture("training/finetune")]
public sealed class FinetuneFixtureTests
{
    private const double AdapterTolerance = 2e-5, FullTolerance = 1e-4; // absolute, as the fixtures' README states

    public static TheoryData<string> Cases
    {
        get
        {
            string folder = Fixtures.At("training", "finetune");
            return Directory.Exists(folder) ? new TheoryData<string>(Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)) : [];
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Run_OfTheTrainersSettings_GivesItsLossesAndParameters(string name) => Train(name, recomputes: false);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cases))]
    public void Run_WithGradientCheckpointing_GivesTheSame(string name) => Train(name, recomputes: true);

    private static void Train(string name, bool recomputes)
    {
        using var fixture = new FinetuneCase(name);
        using PretrainedModel model = PretrainedModel.Load(fixture.Model, new LoadOptions { Use = fixture.HasAdapter ? ModelUse.AdapterTraining : ModelUse.FullTraining });
        Assert.SkipWhen(recomputes && model is not CausalLm, "encoders do not recompute activations");
        using LoraAdapter? adapter = fixture.HasAdapter ? LoraAdapter.Load(fixture.At("initial"), model) : null;
        adapter?.Attach();
        fixture.CompareLogits("initial", model);
        var observer = new Recorder();

        if (model is SequenceClassifier classifier)
        {
            Run(new ClassificationTrainer(classifier) { AveragesSteps = false }, fixture.ClassificationBatches());
        }
        else
        {
            Run(new SftTrainer((CausalLm)model), fixture.LanguageBatches());
        }

        fixture.Compare(observer.Steps);
        fixture.CompareLogits("final", model);
        if (adapter is not null)
        {
            CompareAdapter(fixture, adapter);
        }
        else
        {
            CompareModel(fixture, model);
        }

        fixture.Close.Report();

        void Run<TBatch>(Trainer<TBatch> trainer, TBatch[] batches)
        {
            using var loop = new TrainingLoop<TBatch>(new TrainingRun<TBatch>
            {
                Trainer = trainer,
                Adapter = adapter,
                Training = new BatchList<TBatch>(batches),
                Options = fixture.Options with { GradientCheckpointing = recomputes },
                Random = new RandomStream(1, "train"),
                Observer = observer,
            });
            loop.Run(TestContext.Current.CancellationToken);
        }
    }

    private static void CompareAdapter(FinetuneCase fixture, LoraAdapter adapter)
    {
        string folder = fixture.NewFolder("trained");
        adapter.Save(new PhysicalFileSystem(), folder);
        using var expected = SafetensorsCheckpoint.Open(Path.Combine(fixture.At("final"), "adapter_model.safetensors"));
        using var actual = SafetensorsCheckpoint.Open(Path.Combine(folder, "adapter_model.safetensors"));
        Assert.Equal(expected.Entries.Keys.Order(StringComparer.Ordinal), actual.Entries.Keys.Order(StringComparer.Ordinal));
        using var scope = TensorScope.Begin("compare");
        foreach (string key in expected.Entries.Keys)
        {
            fixture.Close.Absolute("adapter", actual.Load(key).ToDoubles(), expected.Load(key).ToDoubles(), AdapterTolerance);
        }
    }

    private static void CompareModel(FinetuneCase fixture, PretrainedModel model)
    {
        const string Prefix = "final.";
        Dictionary<string, Parameter> parameters = model.Parameters().ToDictionary(parameter => parameter.Name);
        string[] names = [.. fixture.Expected.Names.Where(key => key.StartsWith(Prefix, StringComparison.Ordinal))];
        Assert.NotEmpty(names);
        using var scope = TensorScope.Begin("compare");
        foreach (string key in names)
        {
            // A tied head is listed under both of its names.
            Parameter parameter = parameters.GetValueOrDefault(key[Prefix.Length..]) ?? ((CausalLm)model).Head.Weight!;
            fixture.Close.Absolute("parameters", parameter.ToDoubles(), fixture.Expected[key].ToDoubles(), FullTolerance);
        }
    }

    private sealed class Recorder : ITrainingObserver
    {
        public List<StepReport> Steps { get; } = [];

        public void OnStep(StepReport report) => Steps.Add(report);

        public void OnEvaluation(EvaluationReport report) => Assert.Fail("nothing is evaluated here");

        public void OnWarning(string message) => Assert.Fail(message);
    }

    private sealed class BatchList<TBatch>(TBatch[] batches) : IBatchSource<TBatch>
    {
        public int CountOf(int epoch) => batches.Length;

        public TBatch Load(int epoch, int batch) => batches[batch];
    }
}
