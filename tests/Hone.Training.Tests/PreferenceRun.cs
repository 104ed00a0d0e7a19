using System.Collections.Immutable;
using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Inference.Tests;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Training.Adapters;
using Hone.Training.References;
using Hone.Training.Trainers;

namespace Hone.Training.Tests;

/// <summary>A small model with an adapter, and answers to train it on as examples of random tokens.</summary>
internal sealed class PreferenceRun : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hone-prefer").FullName;

    public PreferenceRun(LoraOptions? lora = null, ulong seed = 3)
    {
        TinyModel.Save(Path.Combine(_folder, "model"));
        Model = CausalLm.Load(Path.Combine(_folder, "model"), new LoadOptions { Use = ModelUse.AdapterTraining });
        Adapter = (lora ?? new LoraOptions { Rank = 4 }).Create(Model, new RandomStream(seed, "adapter"));
        Adapter.Attach();
    }

    public CausalLm Model { get; }

    public LoraAdapter Adapter { get; }

    public List<StepReport> Steps { get; } = [];

    public List<EvaluationReport> Evaluations { get; } = [];

    public List<string> Warnings { get; } = [];

    public string References => Path.Combine(_folder, "reference");

    public string Checkpoints => Path.Combine(_folder, "checkpoints");

    /// <summary>Prompts of 2 to 5 tokens with answers of 1 to 6; the same number and seed give the same ones. Neighbours 2i and 2i + 1 share their prompt.</summary>
    public static SftExample[] Examples(int count, ulong seed = 1) => [.. Enumerable.Range(0, count).Select(i =>
    {
        RandomStream ofPrompt = new(seed, $"prompt {i / 2}"), ofAnswer = new(seed, $"answer {i}");
        int[] prompt = [.. Enumerable.Range(0, 2 + ofPrompt.NextInt32(4)).Select(_ => ofPrompt.NextInt32(TinyModel.Vocabulary))];
        int[] answer = [.. Enumerable.Range(0, 1 + ofAnswer.NextInt32(6)).Select(_ => ofAnswer.NextInt32(TinyModel.Vocabulary))];
        return new SftExample([.. prompt, .. answer], [.. prompt.Select(_ => SftExample.IgnoreIndex), .. answer]);
    })];

    public static SequenceBatch Join(IEnumerable<SftExample> examples) => SequenceCollator.Collate([.. examples.Select((example, i) => new SequencePiece(example, i + 1))]);

    /// <summary>Values under the model without its adapter.</summary>
    public ImmutableArray<float> Reference(SftExample[] examples) =>
        new ReferenceScorer(Model, Adapter, new PhysicalFileSystem(), References).Score($"set{examples.Length}", "key", examples.Length, i => examples[i]).Sums;

    /// <summary>Micro-batches of neighbouring pairs.</summary>
    public static PairBatch[] Pairs(SftExample[] examples, ImmutableArray<float> reference, int pairsPerBatch) => [.. Enumerable.Range(0, examples.Length / 2).Chunk(pairsPerBatch).Select(pairs =>
    {
        int[] order = [.. pairs.Select(pair => 2 * pair), .. pairs.Select(pair => (2 * pair) + 1)];
        return new PairBatch(Join(order.Select(i => examples[i])), reference.IsEmpty ? [] : [.. order.Select(i => reference[i])]);
    })];

    /// <summary>Micro-batches of single answers, every third of them bad, with the answer of the pair after next as the other prompt's.</summary>
    public static FeedbackBatch[] Feedback(SftExample[] examples, Func<SftExample[], ImmutableArray<float>> reference, int perBatch)
    {
        SftExample[] mismatched = [.. examples.Select((example, i) =>
        {
            SftExample other = examples[(i + 4) % examples.Length];
            int prompt = example.Labels.Count(label => label == SftExample.IgnoreIndex), start = other.Labels.Count(label => label == SftExample.IgnoreIndex);
            return new SftExample([.. example.InputIds[..prompt], .. other.InputIds[start..]], [.. example.Labels[..prompt], .. other.InputIds[start..]]);
        })];
        ImmutableArray<float> all = reference([.. examples, .. mismatched]);
        return [.. Enumerable.Range(0, examples.Length).Chunk(perBatch).Select(rows => new FeedbackBatch(
            Join(rows.Select(i => examples[i])), [.. rows.Select(i => i % 3 != 0)], [.. rows.Select(i => all[i])],
            Join(rows.Select(i => mismatched[i])), [.. rows.Select(i => all[examples.Length + i])]))];
    }

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
    public byte[] TrainedBytes() => [.. Adapter.Parameters().OrderBy(parameter => parameter.Name, StringComparer.Ordinal).SelectMany(parameter => parameter.ToArray<float>().SelectMany(BitConverter.GetBytes))];

    public void Dispose()
    {
        Adapter.Detach();
        Adapter.Dispose();
        Model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class BatchList<TBatch>(TBatch[] batches) : IBatchSource<TBatch>
    {
        public int CountOf(int epoch) => batches.Length;

        public TBatch Load(int epoch, int batch) => batches[batch];
    }

    private sealed class Recorder(PreferenceRun run, CancellationTokenSource? cancelAfter, long cancelStep) : ITrainingObserver
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
