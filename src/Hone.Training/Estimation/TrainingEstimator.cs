using System.Diagnostics;
using Hone.Models;
using Hone.Tensors;
using Hone.Training.Schedules;

namespace Hone.Training.Estimation;

/// <summary>Says what a training will take by running a few of its steps: loss, backward pass and optimizer, on its own data.</summary>
/// <remarks>
/// A short step warms the program up; then two steps of about 256 tokens and two of as many as go in about ten seconds are run, of micro-batches of the
/// first epoch. Time grows with <see cref="TrainingWork"/>, memory of tensors with the number of tokens: both lines go through the two sizes, and
/// are exact where the larger step is the largest of the training. The rest of the memory (weights, file pages, program) is what the process holds by then.
/// The model and its adapter are changed by the steps, and are of no further use.
/// </remarks>
/// <typeparam name="TBatch">What the trainer reads.</typeparam>
public sealed class TrainingEstimator<TBatch>
{
    private const int WarmUpTokens = 48;
    private const int SmallTokens = 256; // most have two chunks of targets in the fused loss: below, its logits are smaller than they will be
    private const double SmallSeconds = 60; // by the rate of the step before, many times too slow as it compiles: only very large models get a shorter step
    private const double LargeSeconds = 10; // enough for 2,048 tokens at 200 a second: what need not be extrapolated is right
    private const int Repeats = 2; // the first of a size takes fresh memory from the system, which later ones do not
    private const double AlikeShare = 0.9; // batches are alike when the median has so many of the largest one's tokens
    private const int SampledBatches = 64; // for the share of targets among tokens

    private readonly TrainingRun<TBatch> _run;
    private readonly Func<TBatch, int, TBatch> _take;
    private CancellationToken _cancellation;
    private readonly TrainingWork _stepWork;
    private readonly TrainingWork _evaluationWork;
    private readonly List<IReadOnlyList<int>> _batches = [];
    private readonly List<Probe> _probes = [];
    private double _targetShare;
    private int _largest;
    private int _typical;

    /// <summary>Prepares to measure.</summary>
    /// <param name="run">The training; its folder for saved states takes one of a few steps.</param>
    /// <param name="take">Makes a micro-batch of the first so many tokens of another; may give more where fewer make no sense.</param>
    public TrainingEstimator(TrainingRun<TBatch> run, Func<TBatch, int, TBatch> take)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(take);
        _run = run;
        _take = take;
        PretrainedModel model = run.Trainer.Model;
        _stepWork = TrainingWork.OfStep(model, run.Adapter is null, run.Options.GradientCheckpointing);
        _evaluationWork = TrainingWork.OfEvaluation(model);
    }

    /// <summary>Lengths of the sequences that go through the model once before the first step, for values of a reference model.</summary>
    public IEnumerable<int> ReferenceLengths { get; init; } = [];

    /// <summary>Runs a few steps and says what all will take; once.</summary>
    /// <param name="cancellation">Stops between two micro-batches.</param>
    /// <exception cref="TrainingException">The training cannot begin, or fails in its first steps.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public TrainingEstimate Measure(CancellationToken cancellation = default)
    {
        _cancellation = cancellation;
        (long steps, long trainable) = Plan();
        long before = PeakOfProcess();
        TimeSpan saving = RunProbes();
        Probe small = _probes[Repeats], large = _probes[2 * Repeats];
        (double secondsPerWork, double perStep) = FitTime(small, large);
        double epochWork = _batches.Sum(WorkOf), stepsPerEpoch = Math.Ceiling((double)_batches.Count / _run.Options.GradientAccumulation);
        double epochs = steps / stepsPerEpoch;
        long epochTokens = _batches.Sum(lengths => lengths.Sum(length => (long)length));
        double startUp = Math.Max(0, _probes[0].Seconds - perStep - (_probes[0].Work * secondsPerWork)); // compiling what runs for the first time
        double stepSeconds = (epochs * epochWork * secondsPerWork) + (steps * perStep);
        double seconds = startUp + stepSeconds + ((EvaluationWork(steps) + ReferenceWork()) * secondsPerWork) + (SavesOf(steps) * saving.TotalSeconds);
        return new TrainingEstimate
        {
            TrainableParameters = trainable,
            Parameters = _run.Trainer.Model.Tensors.Entries.Values.Sum(entry => entry.Shape.ElementCount) + (_run.Adapter is null ? 0 : trainable),
            Steps = steps,
            BatchesPerEpoch = _batches.Count,
            TokensPerEpoch = epochTokens,
            Tokens = (long)Math.Round(epochs * epochTokens),
            LargestBatchTokens = TokensOf(_largest),
            PeakBytes = Math.Max(before, PeakBytes(small, large)),
            Time = TimeSpan.FromSeconds(seconds),
            TokensPerSecond = epochs * epochTokens / Math.Max(stepSeconds, 1e-9),
            SmallProbeTokens = small.Tokens,
            LargeProbeTokens = large.Tokens,
        };
    }

    /// <summary>Looks at the first epoch, and counts the steps of all.</summary>
    private (long Steps, long Trainable) Plan()
    {
        using var loop = new TrainingLoop<TBatch>(_run with { CheckpointFolder = null, Options = _run.Options with { Evaluation = new EvaluationOptions() } });
        int count = _run.Training.CountOf(0);
        if (count == 0)
        {
            throw new TrainingException("The first epoch has no batch to measure.", "training", $"{loop.TotalSteps} steps in all", "check the data with hone data show");
        }

        for (int batch = 0; batch < count; batch++)
        {
            _cancellation.ThrowIfCancellationRequested();
            _batches.Add(_run.Training.LengthsOf(0, batch) ?? _run.Trainer.LengthsOf(_run.Training.Load(0, batch)));
        }

        int[] bySize = [.. Enumerable.Range(0, count).OrderBy(TokensOf)];
        (_typical, _largest) = (bySize[count / 2], bySize[^1]);
        TBatch[] sample = [.. Enumerable.Range(0, Math.Min(count, SampledBatches)).Select(i => _run.Training.Load(0, (int)((long)i * count / Math.Min(count, SampledBatches))))];
        _targetShare = (double)sample.Sum(_run.Trainer.TargetsOf) / sample.Sum(batch => _run.Trainer.LengthsOf(batch).Sum(length => (long)length));
        return (loop.TotalSteps, loop.Parameters.Sum(parameter => parameter.ElementCount));
    }

    /// <summary>Runs the steps, and says how long the saving of a state took.</summary>
    private TimeSpan RunProbes()
    {
        // A step of several micro-batches holds gradients while activations grow: a tiny first one makes them.
        int perStep = Math.Min(2, _run.Options.GradientAccumulation);
        double work = 0;
        var batches = new ProbeBatches<TBatch>(perStep, (step, micro) =>
        {
            work = micro == 0 ? 0 : work;
            TBatch batch = micro < perStep - 1 ? _take(_run.Training.Load(0, _typical), WarmUpTokens) : LoadProbe(step);
            work += _stepWork.Of(_run.Trainer.LengthsOf(batch), _run.Trainer.TargetsOf(batch));
            return batch;
        });
        var observer = new ProbeObserver(report => _probes.Add(new Probe(report.Tokens, work, report.Seconds, TensorMemory.PeakBytes)));
        using var loop = new TrainingLoop<TBatch>(_run with
        {
            Training = batches,
            Validation = null,
            Options = _run.Options with
            {
                MaxSteps = 1 + (2 * Repeats),
                GradientAccumulation = perStep,
                Schedule = new ConstantSchedule(),
                Evaluation = new EvaluationOptions(),
                Checkpoints = new CheckpointOptions { EverySteps = null },
            },
            Observer = observer,
        });
        TensorMemory.ResetPeak();
        long start = _run.Time.GetTimestamp();
        loop.Run(_cancellation);
        return TimeSpan.FromSeconds(Math.Max(0, _run.Time.GetElapsedTime(start).TotalSeconds - _probes.Sum(probe => probe.Seconds)));
    }

    private TBatch LoadProbe(int step)
    {
        if (step == 0)
        {
            return Take(_run.Training.Load(0, _typical), WarmUpTokens);
        }

        if (TokensOf(_typical) >= AlikeShare * TokensOf(_largest))
        {
            // Blocks left over from a step of another size are taken for somewhat smaller ones, and others kept beside them: not where all batches are alike.
            TensorMemory.ReleaseCached();
        }

        TBatch largest = _run.Training.Load(0, _largest);
        if (step <= Repeats)
        {
            return Take(largest, TokensWithin(SmallSeconds, _probes[0], SmallTokens));
        }

        // The rate of the step before is still low from compiling: the second large step is sized by that of the first.
        Probe before = _probes[step - 1];
        long least = step == Repeats + 1 ? 2 * before.Tokens : before.Tokens;
        return Take(largest, Math.Max(TokensWithin(LargeSeconds, before, int.MaxValue), (int)Math.Min(least, int.MaxValue)));
    }

    /// <summary>At least so many tokens of a batch, and as many as it takes until one of them is a target.</summary>
    private TBatch Take(TBatch batch, int tokens)
    {
        long all = _run.Trainer.LengthsOf(batch).Sum(length => (long)length);
        TBatch taken = _take(batch, tokens);
        while (_run.Trainer.TargetsOf(taken) == 0 && tokens < all)
        {
            tokens = (int)Math.Min(2L * tokens, int.MaxValue);
            taken = _take(batch, tokens);
        }

        return taken;
    }

    /// <summary>Tokens that take about so long, by what a probe took.</summary>
    private static int TokensWithin(double seconds, Probe probe, int most) =>
        (int)Math.Clamp(probe.Tokens * seconds / Math.Max(probe.Seconds, 1e-6), Math.Min(WarmUpTokens, most), most);

    /// <summary>The line of time over work through two steps; where noise gives none, the larger step alone counts.</summary>
    private static (double SecondsPerWork, double PerStep) FitTime(Probe small, Probe large)
    {
        double slope = (large.Seconds - small.Seconds) / (large.Work - small.Work), rest = small.Seconds - (small.Work * slope);
        return large.Work > small.Work && slope > 0 && rest >= 0 ? (slope, rest) : (large.Seconds / large.Work, 0);
    }

    private long PeakBytes(Probe small, Probe large)
    {
        long pool = TensorMemory.LiveBytes + TensorMemory.CachedBytes;
        double perToken = large.Tokens > small.Tokens ? (double)(large.PeakTensorBytes - small.PeakTensorBytes) / (large.Tokens - small.Tokens) : 0;
        double peak = large.PeakTensorBytes + (perToken * Math.Max(0, TokensOf(_largest) - large.Tokens));
        double kept = Math.Max(1, (double)pool / large.PeakTensorBytes); // what is kept for reuse beside what is used
        return Math.Max(0, Environment.WorkingSet - pool) + (long)(peak * kept);
    }

    private double EvaluationWork(long steps)
    {
        if (_run.Validation is not { } validation)
        {
            return 0;
        }

        EvaluationOptions options = _run.Options.Evaluation;
        long times = (options.AtStart ? 1 : 0) + (options.EverySteps is { } every ? (steps + every - 1) / every : 1);
        double work = 0;
        for (int batch = 0; batch < validation.CountOf(0); batch++)
        {
            IReadOnlyList<int> lengths = validation.LengthsOf(0, batch) ?? _run.Trainer.LengthsOf(validation.Load(0, batch));
            work += _evaluationWork.Of(lengths, lengths.Sum(length => (double)length) * _targetShare);
        }

        return times * work;
    }

    private double ReferenceWork() => ReferenceLengths.Sum(length => _evaluationWork.Of([length], length * _targetShare));

    private long SavesOf(long steps) => _run.CheckpointFolder is null ? 0 : _run.Options.Checkpoints.EverySteps is { } every ? (steps + every - 1) / every : 1;

    private double WorkOf(IReadOnlyList<int> lengths) => _stepWork.Of(lengths, lengths.Sum(length => (double)length) * _targetShare);

    private long TokensOf(int batch) => _batches[batch].Sum(length => (long)length);

    private static long PeakOfProcess()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private sealed class ProbeObserver(Action<StepReport> onStep) : ITrainingObserver
    {
        public void OnStep(StepReport report) => onStep(report);

        public void OnEvaluation(EvaluationReport report)
        {
            // The steps that are measured end without one.
        }

        public void OnWarning(string message)
        {
            // The folder is new: no saved state in it can be damaged.
        }
    }
}
