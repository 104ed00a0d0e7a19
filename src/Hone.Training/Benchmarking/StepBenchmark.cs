using Hone.Core.Random;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Tensors;
using Hone.Training.Adapters;
using Hone.Training.Optimizers;
using Hone.Training.Schedules;
using Hone.Training.Trainers;

namespace Hone.Training.Benchmarking;

/// <summary>Measures whole training steps on random tokens: forward, backward, clipping and AdamW.</summary>
public static class StepBenchmark
{
    private const ulong Seed = 1;

    /// <summary>Measures steps through the training loop.</summary>
    /// <param name="model">A model loaded for training adapters, or for full training when the rank is 0.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="cancellation">Stops between two micro-batches.</param>
    public static StepFigure Measure(CausalLm model, StepBenchmarkOptions options, CancellationToken cancellation = default)
    {
        var random = new RandomStream(Seed, "benchmark");
        using LoraAdapter? adapter = options.Rank == 0 ? null : new LoraOptions { Rank = options.Rank, Alpha = 2 * options.Rank }.Create(model, random.CreateChild("adapter"));
        adapter?.Attach();
        var observer = new Recorder();
        try
        {
            using var loop = new TrainingLoop<SequenceBatch>(new TrainingRun<SequenceBatch>
            {
                Trainer = new SftTrainer(model),
                Adapter = adapter,
                Training = new RandomBatches(options, model.Config.VocabSize, random),
                Options = new TrainingOptions
                {
                    MaxSteps = options.Steps + 1,
                    GradientAccumulation = options.Accumulate,
                    Optimizer = new AdamWOptions { LearningRate = 1e-4 },
                    Schedule = new ConstantSchedule(),
                    GradientCheckpointing = options.GradientCheckpointing,
                },
                Random = random,
                Observer = observer,
            });
            TensorMemory.ResetPeak();
            loop.Run(cancellation);
        }
        finally
        {
            adapter?.Detach();
        }

        double[] rates = [.. observer.Steps.Skip(1).Select(step => step.Tokens / step.Seconds).Order()];
        return new StepFigure(rates[rates.Length / 2], rates[0], rates[^1], TensorMemory.PeakBytes, observer.Steps[^1].Loss);
    }

    private sealed class RandomBatches(StepBenchmarkOptions options, int vocabulary, RandomStream random) : IBatchSource<SequenceBatch>
    {
        public int CountOf(int epoch) => options.Accumulate;

        public SequenceBatch Load(int epoch, int batch)
        {
            RandomStream stream = random.CreateChild($"{epoch} {batch}");
            int[] ids = [.. Enumerable.Range(0, options.Rows * options.Tokens).Select(_ => stream.NextInt32(vocabulary))];
            return new SequenceBatch(
                [.. ids], [.. ids.Select((id, i) => i % options.Tokens == 0 ? SftExample.IgnoreIndex : id)], [.. Enumerable.Repeat(options.Tokens, options.Rows)],
                [.. Enumerable.Range(1, options.Rows).Select(row => (long)row)]);
        }
    }

    private sealed class Recorder : ITrainingObserver
    {
        public List<StepReport> Steps { get; } = [];

        public void OnStep(StepReport report) => Steps.Add(report);

        public void OnEvaluation(EvaluationReport report)
        {
            // Nothing is evaluated here.
        }

        public void OnWarning(string message)
        {
            // Nothing is saved here that could be damaged.
        }
    }
}
