using Hone.Core.Random;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Inference.Tests;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Training.Adapters;
using Hone.Training.Optimizers;
using Hone.Training.Schedules;
using Hone.Training.Trainers;

namespace Hone.Training.Tests;

/// <summary>A small model with an adapter, data to train it on, and what the loop reports.</summary>
internal sealed class TinyRun : IDisposable
{
    private readonly string _folder;

    public TinyRun(LoraOptions? adapter = null, bool isFull = false)
    {
        string folder = _folder = Directory.CreateTempSubdirectory("hone-train").FullName;
        TinyModel.Save(Path.Combine(folder, "model"));
        Model = CausalLm.Load(Path.Combine(folder, "model"), new LoadOptions { Use = isFull ? ModelUse.FullTraining : ModelUse.AdapterTraining });
        Adapter = isFull ? null : (adapter ?? new LoraOptions { Rank = 4 }).Create(Model, new RandomStream(3, "adapter"));
        Adapter?.Attach();
    }

    public CausalLm Model { get; }

    public LoraAdapter? Adapter { get; }

    public List<StepReport> Steps { get; } = [];

    public List<EvaluationReport> Evaluations { get; } = [];

    public List<string> Warnings { get; } = [];

    public string Checkpoints => Path.Combine(_folder, "checkpoints");

    public static TrainingOptions Options { get; } = new()
    {
        MaxSteps = 6,
        Optimizer = new AdamWOptions { LearningRate = 5e-3, WeightDecay = 0 },
        Schedule = new LinearSchedule(),
        Evaluation = new EvaluationOptions { AtStart = false },
        Checkpoints = new CheckpointOptions { EverySteps = 2, Keep = 2 },
    };

    /// <summary>Batches of rows of random tokens, different in length; the same seed gives the same ones.</summary>
    public static SequenceBatch[] Batches(int count, int rows, ulong seed = 1) => [.. Enumerable.Range(0, count).Select(batch =>
    {
        var random = new RandomStream(seed, $"batch {batch}");
        int[] lengths = [.. Enumerable.Range(0, rows).Select(_ => 3 + random.NextInt32(9))];
        int[] ids = [.. Enumerable.Range(0, lengths.Sum()).Select(_ => random.NextInt32(TinyModel.Vocabulary))];
        int[] firsts = [.. lengths.Select((_, i) => lengths.Take(i).Sum())];
        return new SequenceBatch(
            [.. ids], [.. ids.Select((id, i) => firsts.Contains(i) || id % 4 == 0 ? SftExample.IgnoreIndex : id)], [.. lengths],
            [.. Enumerable.Range(0, rows).Select(row => ((long)batch * rows) + row + 1)]);
    })];

    public TrainingLoop<SequenceBatch> Loop(TrainingOptions options, SequenceBatch[] training, SequenceBatch[]? validation = null, bool saves = false, CancellationTokenSource? cancelAfter = null, long cancelStep = 0) =>
        new(new TrainingRun<SequenceBatch>
        {
            Trainer = new SftTrainer(Model),
            Adapter = Adapter,
            Training = new BatchList(training),
            Validation = validation is null ? null : new BatchList(validation),
            Options = options,
            Random = new RandomStream(7, "train"),
            CheckpointFolder = saves ? Checkpoints : null,
            Key = "key",
            Observer = new Recorder(this, cancelAfter, cancelStep),
        });

    /// <summary>The bytes of everything that is trained.</summary>
    public byte[] TrainedBytes() => [.. (Adapter?.Parameters() ?? Model.Parameters()).Where(parameter => parameter.IsTrainable).OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
        .SelectMany(parameter => parameter.ToArray<float>().SelectMany(BitConverter.GetBytes))];

    public void Dispose()
    {
        Adapter?.Detach();
        Adapter?.Dispose();
        Model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class BatchList(SequenceBatch[] batches) : IBatchSource<SequenceBatch>
    {
        public int CountOf(int epoch) => batches.Length;

        public SequenceBatch Load(int epoch, int batch) => batches[batch];
    }

    private sealed class Recorder(TinyRun run, CancellationTokenSource? cancelAfter, long cancelStep) : ITrainingObserver
    {
        public void OnStep(StepReport report)
        {
            run.Steps.Add(report);
            if (report.Step == cancelStep)
            {
                cancelAfter?.Cancel();
            }
        }

        public void OnEvaluation(EvaluationReport report) => run.Evaluations.Add(report);

        public void OnWarning(string message) => run.Warnings.Add(message);
    }
}
