using System.Collections.Immutable;
using Hone.Core.Random;
using Hone.Models;
using Hone.Models.Checkpoints;
using Hone.Tensors;
using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;
using Hone.Training.Checkpointing;
using Hone.Training.Optimizers;
using Hone.Training.Trainers;

namespace Hone.Training;

/// <summary>The one loop: micro-batches, accumulation, clipping, optimizer, schedule, evaluation, saved states.</summary>
/// <remarks>
/// A step is a pure function of the parameters, the optimizer's state and the step's number: an interrupted run that goes on gives the bytes of one that
/// was not, whatever the number of threads. Source of the loop's arithmetic: transformers 5.23, <c>Trainer</c>.
/// </remarks>
/// <typeparam name="TBatch">What the trainer reads.</typeparam>
public sealed class TrainingLoop<TBatch> : IDisposable
{
    private readonly TrainingRun<TBatch> _run;
    private readonly TrainingOptions _options;
    private readonly Trainer<TBatch> _trainer;
    private readonly ImmutableArray<Parameter> _parameters;
    private readonly Optimizer _optimizer;
    private readonly Func<long, double> _schedule;
    private readonly CheckpointFolder? _checkpoints;
    private readonly BestParameters? _best;
    private readonly Lazy<long> _validationTargets;
    private TrainingProgress _progress = new();
    private TrainingProgress? _saved;

    /// <summary>Prepares a training: finds what is trained, and plans its steps.</summary>
    /// <exception cref="TrainingException">Nothing is trained, or the settings contradict the run.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of epochs, steps or micro-batches is not positive.</exception>
    public TrainingLoop(TrainingRun<TBatch> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        _run = run;
        _options = run.Options;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.Epochs, nameof(run));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.MaxSteps ?? 1, nameof(run));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.GradientAccumulation, nameof(run));
        _trainer = run.Trainer;
        IReadOnlyList<ParameterGroup> groups = ParameterGroups.Create(_trainer.Model, run.Adapter, _options.Optimizer);
        _parameters = [.. groups.SelectMany(group => group.Parameters)];
        TotalSteps = _options.MaxSteps ?? Enumerable.Range(0, _options.Epochs).Sum(StepsOf);
        if (TotalSteps == 0)
        {
            throw new TrainingException("There is nothing to train on.", "training", "no epoch has a batch", "check the data: hone data show prints what becomes of it");
        }

        _optimizer = _options.Optimizer.Create(groups);
        _validationTargets = new Lazy<long>(CountValidationTargets);
        _schedule = _options.Schedule.Build(_options.Optimizer.LearningRate, TotalSteps);
        if (run.CheckpointFolder is { } folder)
        {
            _checkpoints = new CheckpointFolder(run.Files, folder, _options.Checkpoints.Keep);
            _best = _options.Evaluation.KeepBest && run.Validation is not null ? new BestParameters(run.Files, folder) : null;
        }
        else if (_options.Evaluation.KeepBest && run.Validation is not null)
        {
            throw new ArgumentException("Keeping the best model needs a folder.", nameof(run));
        }
    }

    /// <summary>Optimizer steps of the whole run.</summary>
    public long TotalSteps { get; }

    /// <summary>Optimizer steps done so far.</summary>
    public long Step => _progress.Step;

    /// <summary>The trained parameters, in the order of their groups.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Trains to the end, from the newest saved state where there is one.</summary>
    /// <param name="cancellation">Ends the training after the micro-batch in work; the state is saved first.</param>
    /// <exception cref="TrainingException">A loss or gradient is not finite, or a saved state is of another run.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the training can go on later.</exception>
    public TrainingResult Run(CancellationToken cancellation = default)
    {
        Restore();
        SetRecomputing(_options.GradientCheckpointing);
        bool stoppedEarly = IsEvaluationDue ? EvaluateAndCompare(cancellation) : IsStopped; // due: cancelled between step and evaluation
        if (_progress.Step == 0 && _options.Evaluation.AtStart && _run.Validation is not null && _progress.InitialEvaluation is null)
        {
            var figures = new StepFigures();
            double loss = Evaluate(figures, cancellation);
            _progress = _progress with { InitialEvaluation = loss };
            _run.Observer?.OnEvaluation(new EvaluationReport(0, loss, _validationTargets.Value, IsBest: false) { Figures = figures });
        }

        try
        {
            while (_progress.Step < TotalSteps && !stoppedEarly)
            {
                TakeStep(cancellation);
                if (IsEvaluationDue)
                {
                    stoppedEarly = EvaluateAndCompare(cancellation);
                }

                if (_progress.Step == TotalSteps || stoppedEarly || _progress.Step % (_options.Checkpoints.EverySteps ?? long.MaxValue) == 0)
                {
                    Save();
                }
            }
        }
        catch (OperationCanceledException)
        {
            Save();
            throw;
        }

        _optimizer.ZeroGrad();
        return Finish(stoppedEarly);
    }

    /// <summary>Measures the loss on the validation examples, without dropout or noise.</summary>
    /// <exception cref="InvalidOperationException">The run has none.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public double Evaluate(CancellationToken cancellation = default) => Evaluate(new StepFigures(), cancellation);

    private double Evaluate(StepFigures figures, CancellationToken cancellation)
    {
        IBatchSource<TBatch> validation = _run.Validation ?? throw new InvalidOperationException("The run has no validation examples.");
        using GradMode off = GradMode.NoGrad();
        _trainer.Model.Eval();
        long targets = _validationTargets.Value;
        double sum = 0;
        _trainer.BeginStep(Loaded());
        foreach (TBatch batch in Loaded().Where(batch => _trainer.TargetsOf(batch) > 0))
        {
            using var scope = TensorScope.Begin("evaluation");
            LossShare share = _trainer.Loss(batch, targets);
            sum += share.Value;
            figures.Add(share.Figures);
        }

        return sum;

        IEnumerable<TBatch> Loaded() => Enumerable.Range(0, validation.CountOf(0)).Select(batch =>
        {
            cancellation.ThrowIfCancellationRequested();
            return validation.Load(0, batch);
        });
    }

    /// <summary>Frees the optimizer's state; the model and the adapter are the caller's.</summary>
    public void Dispose()
    {
        _optimizer.ZeroGrad();
        _optimizer.Dispose();
        SetRecomputing(false);
    }

    private bool IsEvaluationDue => _run.Validation is not null && _progress.Step > 0 && _progress.EvaluatedStep != _progress.Step
        && (_progress.Step == TotalSteps || _progress.Step % (_options.Evaluation.EverySteps ?? long.MaxValue) == 0);

    private bool IsStopped => _options.Evaluation.Patience is { } patience && _progress.WorseEvaluations >= patience;

    private int StepsOf(int epoch) => (_run.Training.CountOf(epoch) + _options.GradientAccumulation - 1) / _options.GradientAccumulation;

    private void TakeStep(CancellationToken cancellation)
    {
        long start = _run.Time.GetTimestamp();
        SkipEmptyEpochs();
        int count = Math.Min(_options.GradientAccumulation, _run.Training.CountOf(_progress.Epoch) - _progress.Batch);
        TBatch[] batches = [.. Enumerable.Range(_progress.Batch, count).Select(batch => _run.Training.Load(_progress.Epoch, batch))];
        long targets = batches.Sum(_trainer.TargetsOf), tokens = batches.Sum(batch => _trainer.LengthsOf(batch).Sum(length => (long)length));
        if (targets == 0)
        {
            throw new TrainingException(
                "A step has nothing to learn from: no token of its rows is a label.", $"step {_progress.Step + 1}", Rows(batches), "check the data with hone data show, or raise max_tokens so that answers are not cut off");
        }

        var losses = new double[count];
        var figures = new StepFigures();
        try
        {
            _trainer.BeginStep(batches);
            for (int i = 0; i < count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                LossShare share = AddGradients(batches[i], targets, i);
                losses[i] = share.Value;
                figures.Add(share.Figures);
            }
        }
        catch
        {
            _optimizer.ZeroGrad();
            throw;
        }

        GradientNorm norm = MeasureGradients(batches);
        double factor = _schedule(_progress.Step);
        double rate = _options.Optimizer.LearningRate * factor;
        _optimizer.Step(rate, norm.Factor);
        _optimizer.ZeroGrad();
        double loss = losses.Sum();
        bool endsEpoch = _progress.Batch + count == _run.Training.CountOf(_progress.Epoch);
        double epoch = _progress.Epoch + ((_progress.Batch + count) / (double)_run.Training.CountOf(_progress.Epoch));
        _progress = _progress with
        {
            Step = _progress.Step + 1,
            Epoch = _progress.Epoch + (endsEpoch ? 1 : 0),
            Batch = endsEpoch ? 0 : _progress.Batch + count,
            Tokens = _progress.Tokens + tokens,
            Targets = _progress.Targets + targets,
            Loss = loss,
        };
        _run.Observer?.OnStep(new StepReport(
            _progress.Step, TotalSteps, epoch, loss, [.. losses], norm.Norm, [.. _optimizer.Groups.Select(group => rate * group.LearningRateScale)],
            tokens, targets, _progress.Tokens, _run.Time.GetElapsedTime(start).TotalSeconds) { Figures = figures });
    }

    /// <summary>With a number of steps instead of epochs, the data is gone through as often as it takes.</summary>
    private void SkipEmptyEpochs()
    {
        for (int skipped = 0; _run.Training.CountOf(_progress.Epoch) == 0; skipped++)
        {
            if (skipped == _options.Epochs)
            {
                throw new TrainingException("There is nothing to train on.", "training", $"no batch in {skipped} epochs from epoch {_progress.Epoch - skipped}", "check the data with hone data show");
            }

            _progress = _progress with { Epoch = _progress.Epoch + 1 };
        }
    }

    private LossShare AddGradients(TBatch batch, long targets, int index)
    {
        if (_trainer.TargetsOf(batch) == 0)
        {
            return default;
        }

        LossShare share = Compute();
        if (!double.IsFinite(share.Value))
        {
            throw NotFinite(batch, share.Value, () => Compute());
        }

        return share;

        LossShare Compute()
        {
            using var scope = TensorScope.Begin($"step {_progress.Step + 1}");
            RandomStream random = _run.Random.CreateChild($"step {_progress.Step}, micro-batch {index}");
            _trainer.Model.Train(random);
            using NeftuneNoise? noise = NeftuneNoise.Begin(_trainer.Model, _options.NeftuneNoiseAlpha, _trainer.LengthsOf(batch), random);
            try
            {
                LossShare computed = _trainer.Loss(batch, targets);
                if (double.IsFinite(computed.Value))
                {
                    computed.Loss.Backward();
                }

                return computed;
            }
            finally
            {
                _trainer.Model.Eval();
            }
        }
    }

    /// <summary>Runs the micro-batch again with every result looked at, so that the message names the module where it began.</summary>
    private TrainingException NotFinite(TBatch batch, double loss, Action repeat)
    {
        string where = "the loss itself";
        try
        {
            using NumericsCheck check = NumericsCheck.Begin();
            repeat();
        }
        catch (NonFiniteException e)
        {
            where = $"first in {e.Where}: {e.Facts}";
        }

        return new TrainingException(
            "The loss is not finite.", $"step {_progress.Step + 1}", $"{loss} on {Rows([batch])}; {where}",
            "look at these rows; lower the learning rate or lengthen the warm-up. The latest saved state is as it was");
    }

    private GradientNorm MeasureGradients(TBatch[] batches)
    {
        try
        {
            return _options.Clip.Measure(_parameters);
        }
        catch (TrainingException e)
        {
            _optimizer.ZeroGrad();
            throw new TrainingException(e.What, $"step {_progress.Step + 1}, {e.Where}", $"{e.Facts}; {Rows(batches)}", e.Fix);
        }
    }

    private string Rows(IEnumerable<TBatch> batches)
    {
        const int Listed = 16;
        long[] rows = [.. batches.SelectMany(_trainer.RowsOf).Distinct().Order()];
        return rows.Length == 0 ? "rows unknown" : $"rows {string.Join(", ", rows.Take(Listed))}{(rows.Length > Listed ? ", …" : "")}";
    }

    private bool EvaluateAndCompare(CancellationToken cancellation)
    {
        var figures = new StepFigures();
        double loss = Evaluate(figures, cancellation);
        if (!double.IsFinite(loss))
        {
            throw new TrainingException("The loss on the validation examples is not finite.", $"after step {_progress.Step}", $"{loss}", "lower the learning rate; the latest saved state is as it was");
        }

        bool isBest = _progress.BestEvaluation is not { } best || loss < best - _options.Evaluation.MinDelta;
        _progress = _progress with
        {
            EvaluatedStep = _progress.Step,
            LastEvaluation = loss,
            BestEvaluation = isBest ? loss : _progress.BestEvaluation,
            BestStep = isBest ? _progress.Step : _progress.BestStep,
            WorseEvaluations = isBest ? 0 : _progress.WorseEvaluations + 1,
        };
        if (isBest)
        {
            _best?.Save(_parameters);
        }

        _run.Observer?.OnEvaluation(new EvaluationReport(_progress.Step, loss, _validationTargets.Value, isBest) { Figures = figures });
        return IsStopped;
    }

    private long CountValidationTargets() => _run.Validation is not { } validation ? 0
        : Enumerable.Range(0, validation.CountOf(0)).Sum(batch => _trainer.TargetsOf(validation.Load(0, batch)));

    private void Restore()
    {
        SavedState? saved = _checkpoints?.FindLatest(_run.Key, message => _run.Observer?.OnWarning(message));
        if (saved is null)
        {
            return;
        }

        using var scope = TensorScope.Begin("restore");
        using SafetensorsCheckpoint file = SafetensorsCheckpoint.Open(saved.TensorsPath);
        ParameterFile.Restore(file, _parameters);
        _optimizer.LoadState(file.Entries.Keys.Where(ParameterFile.IsOptimizerState).ToDictionary(ParameterFile.StateName, file.Load, StringComparer.Ordinal));
        _progress = saved.Progress;
        _saved = saved.Progress;
    }

    private void Save()
    {
        if (_checkpoints is null || _saved == _progress)
        {
            return;
        }

        using var scope = TensorScope.Begin("save");
        _checkpoints.Save(_progress, _run.Key, ParameterFile.Contents(_parameters, _optimizer));
        _saved = _progress;
    }

    private TrainingResult Finish(bool stoppedEarly)
    {
        bool takesBest = _best is not null && _progress.BestEvaluation is not null && _progress.BestStep != _progress.Step;
        if (takesBest)
        {
            _best!.Restore(_parameters); // takesBest saw one
        }

        return new TrainingResult(
            _progress.Step, _progress.Tokens, _progress.Targets, _progress.Loss, _progress.InitialEvaluation, takesBest ? _progress.BestEvaluation : _progress.LastEvaluation,
            takesBest ? _progress.BestStep : _progress.Step, stoppedEarly);
    }

    private void SetRecomputing(bool recomputes)
    {
        switch (_trainer.Model)
        {
            case CausalLm model:
                model.Decoder.RecomputesActivations = recomputes;
                break;
            default:
                if (recomputes)
                {
                    throw new TrainingException("Gradient checkpointing is available for decoders alone.", "gradient_checkpointing", $"the model is a {_trainer.Model.GetType().Name}", "leave it out");
                }

                break;
        }
    }
}
