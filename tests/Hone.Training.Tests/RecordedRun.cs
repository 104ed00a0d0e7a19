using Hone.Core.Random;
using Hone.Inference.Tests;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Training.Adapters;
using Hone.Training.Trainers;

namespace Hone.Training.Tests;

/// <summary>A small model, perhaps with an adapter, in a folder of its own, and what the loop that trains it reports.</summary>
internal abstract class RecordedRun : IDisposable
{
    /// <summary>Makes the model.</summary>
    /// <param name="adapter">The adapter; null to train all weights.</param>
    /// <param name="seed">What the adapter begins as.</param>
    protected RecordedRun(LoraOptions? adapter, ulong seed)
    {
        string path = Path.Combine(Folder, "model");
        TinyModel.Save(path);
        Model = CausalLm.Load(path, new LoadOptions { Use = adapter is null ? ModelUse.FullTraining : ModelUse.AdapterTraining });
        Adapter = adapter?.Create(Model, new RandomStream(seed, "adapter"));
        Adapter?.Attach();
    }

    public CausalLm Model { get; }

    public LoraAdapter? Adapter { get; }

    public List<StepReport> Steps { get; } = [];

    public List<EvaluationReport> Evaluations { get; } = [];

    public List<string> Warnings { get; } = [];

    public string Checkpoints => Path.Combine(Folder, "checkpoints");

    protected string Folder { get; } = Directory.CreateTempSubdirectory("hone-train").FullName;

    public TrainingLoop<TBatch> Loop<TBatch>(Trainer<TBatch> trainer, TBatch[] training, TrainingOptions options, TBatch[]? validation = null, bool saves = false, CancellationTokenSource? cancelAfter = null, long cancelStep = 0) =>
        new(new TrainingRun<TBatch>
        {
            Trainer = trainer,
            Adapter = Adapter,
            Training = new BatchList<TBatch>(training),
            Validation = validation is null ? null : new BatchList<TBatch>(validation),
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
        Directory.Delete(Folder, recursive: true);
    }

    private sealed class BatchList<TBatch>(TBatch[] batches) : IBatchSource<TBatch>
    {
        public int CountOf(int epoch) => batches.Length;

        public TBatch Load(int epoch, int batch) => batches[batch];
    }

    private sealed class Recorder(RecordedRun run, CancellationTokenSource? cancelAfter, long cancelStep) : ITrainingObserver
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
