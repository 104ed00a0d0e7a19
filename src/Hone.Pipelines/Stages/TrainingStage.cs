using System.Text.Json;
using Hone.Core.Errors;
using Hone.Core.Recipes;
using Hone.Core.Runs;
using Hone.Core.Stages;
using Hone.Data.Datasets;
using Hone.Pipelines.Reports;
using Hone.Training;
using Hone.Training.Adapters;
using Hone.Training.Estimation;
using Hone.Training.Optimizers;
using Hone.Training.Schedules;

namespace Hone.Pipelines.Stages;

/// <summary>What the stages that train a language model share: the model, what of it is trained, the loop around the loss, and what is left behind.</summary>
/// <remarks>Interrupted, such a stage goes on from its newest checkpoint and gives the bytes that it would have given without the interruption.</remarks>
public abstract record TrainingStage : Stage, ICheckedOptions
{
    private const string AdapterFolder = "adapter";
    private const string ModelFolder = "model";
    private const string ReportName = "data-report.json";
    private const string ResultName = "training.json";
    private const string CheckpointsFolder = "checkpoints";
    private const string BoardFolder = "tensorboard";
    private const string CacheFolder = "examples";

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The model to train; the recipe's when not given.</summary>
    public ModelReference? Model { get; init; }

    /// <summary>What is trained on top of the frozen model; all weights of the model itself when not given.</summary>
    public AdapterOptions? Adapter { get; init; }

    /// <summary>Size, order and number of the batches.</summary>
    public TrainingBatchOptions Batch { get; init; } = new();

    /// <summary>The optimizer and its learning rate.</summary>
    public OptimizerOptions Optimizer { get; init; } = new AdamWOptions { LearningRate = 2e-4, WeightDecay = 0 };

    /// <summary>How the learning rate changes over the run.</summary>
    public Schedule Schedule { get; init; } = new CosineSchedule { WarmupRatio = 0.03 };

    /// <summary>Limit of the gradient's length.</summary>
    public GradientClipping Clip { get; init; } = new();

    /// <summary>Whether activations are computed again in the backward pass instead of being kept: less memory, about a third more time.</summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>Number format in which a model trained without an adapter is stored; <c>auto</c> is that of the model it began from.</summary>
    public WeightType SaveDtype { get; init; } = WeightType.Auto;

    /// <summary>Evaluation on the validation examples.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>Saving of the run's state.</summary>
    public CheckpointOptions Checkpoint { get; init; } = new();

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => Adapter is null
        ? [$"{ModelFolder}/config.json", ReportName, ResultName]
        : [$"{AdapterFolder}/adapter_model.safetensors", $"{AdapterFolder}/adapter_config.json", ReportName, ResultName];

    /// <summary>Whether the data has examples to validate on.</summary>
    private protected abstract bool HasValidation { get; }

    /// <inheritdoc/>
    public virtual void Check(OptionChecks checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        if (!HasValidation && (Evaluation.EverySteps is not null || Evaluation.KeepBest || Evaluation.Patience is not null))
        {
            checks.Report(nameof(Evaluation), "there is nothing to evaluate on", "add validation_fraction: 0.05 to the dataset, or remove the keys");
        }

        if (Adapter is not null && SaveDtype != WeightType.Auto)
        {
            checks.Report(nameof(SaveDtype), "the model's own weights are not stored when an adapter is trained", "remove save_dtype, or the adapter to train all weights");
        }
        else if (SaveDtype == WeightType.Nf4)
        {
            checks.Report(nameof(SaveDtype), "a trained model is not stored in 4 bits", "choose bf16, f16 or f32; hone quantize writes 4 bits");
        }
    }

    /// <summary>Opens the data as the stage would train on it, without the model's weights.</summary>
    /// <param name="context">Inputs, randomness and a folder.</param>
    /// <exception cref="HoneException">The model's files or the data cannot be read.</exception>
    public abstract TrainingPreview OpenPreview(StageContext context);

    /// <summary>Opens the model that the stage or else the recipe names.</summary>
    private protected TrainedModel OpenModel(StageContext context)
    {
        ModelReference reference = Model ?? context.Recipe.Model ?? throw new TrainingException(
            "There is no model to train.", $"stage '{context.StageName}'", "neither the recipe nor the stage names one", "add model: PATH to the recipe, or --set model=PATH");
        return TrainedModel.Open(context.OpenInput(reference), reference.Dtype);
    }

    /// <summary>What loading data needs.</summary>
    private protected static DataContext CreateDataContext(StageContext context)
    {
        string cache = Path.Combine(context.Folder, CacheFolder);
        Directory.CreateDirectory(cache);
        return new DataContext { Registry = context.Registry, CacheFolder = cache, Files = context.Files, Open = context.OpenInput, MaxThreads = Tensors.Threading.ComputeThreads.Count };
    }

    /// <summary>Publishes what became of the rows, loads the weights, and tells the user what is wrong with the rows.</summary>
    private protected void Prepare(RunContext context, TrainedModel model, ExampleStore store)
    {
        context.Publish(ReportName, (store.Report with { Lengths = LengthStatistics.Of(store) }).ToJson());
        LoadWeights(context, model);
        foreach (string warning in WarningsOf(model, store))
        {
            context.Warn(warning);
        }
    }

    /// <summary>What the user should know of the data before training on it: rows left out or cut, and examples that the model was not made for.</summary>
    private protected static IReadOnlyList<string> WarningsOf(TrainedModel model, ExampleStore store)
    {
        int longest = Enumerable.Range(0, store.Count).Select(store.LengthOf).DefaultIfEmpty(0).Max(), most = model.Model.Config.MaxPositionEmbeddings;
        IReadOnlyList<string> ofRows = store.Report.CreateWarnings();
        return longest <= most ? ofRows : [.. ofRows, $"the longest example has {longest} tokens, the model was made for {most}; dataset.max_tokens cuts"];
    }

    /// <summary>Loads the weights and attaches the adapter.</summary>
    /// <param name="context">Where the adapter's beginning is drawn from.</param>
    /// <param name="model">The model's files, open.</param>
    private protected void LoadWeights(StageContext context, TrainedModel model) => model.LoadWeights(Adapter, context.CreateRandom("adapter"));

    /// <summary>Trains to the end, publishes what was trained, and says how it went.</summary>
    /// <param name="context">The run.</param>
    /// <param name="model">The model with its adapter.</param>
    /// <param name="data">The loss and the batches.</param>
    /// <returns>Figures for the manifest.</returns>
    private protected Dictionary<string, double> Train<TBatch>(RunContext context, TrainedModel model, TrainingData<TBatch> data)
    {
        using var board = new TensorBoardWriter(context.Files, Path.Combine(context.Folder, BoardFolder), context.Time);
        using var loop = new TrainingLoop<TBatch>(CreateRun(context, model, data) with { Observer = new StageObserver(context, board) });
        TrainingResult result = loop.Run(context.CancellationToken);
        PublishResult(context, model, result);
        return CountsOf(data, loop, result);
    }

    /// <summary>Runs a few steps of a training, and says what all of it will take.</summary>
    /// <param name="context">The plan.</param>
    /// <param name="model">The model with its adapter.</param>
    /// <param name="data">The loss and the batches.</param>
    /// <param name="take">Makes a micro-batch of the first so many tokens of another.</param>
    /// <param name="preparation">What it took to read data and model.</param>
    /// <param name="warnings">What the user should know of the data.</param>
    /// <param name="referenceLengths">Lengths of the sequences whose reference values are computed before the first step.</param>
    private protected StageEstimate Estimate<TBatch>(
        PlanContext context, TrainedModel model, TrainingData<TBatch> data, Func<TBatch, int, TBatch> take, TimeSpan preparation, IReadOnlyList<string> warnings, IReadOnlyList<int> referenceLengths)
    {
        TrainingEstimate estimate = new TrainingEstimator<TBatch>(CreateRun(context, model, data), take) { ReferenceLengths = referenceLengths }.Measure(context.CancellationToken);
        return new StageEstimate
        {
            Counts = new Dictionary<string, double>
            {
                ["trainable_parameters"] = estimate.TrainableParameters,
                ["parameters"] = estimate.Parameters,
                ["trainable_percent"] = Math.Round(100.0 * estimate.TrainableParameters / estimate.Parameters, 3),
                ["examples"] = data.Examples,
                ["validation_examples"] = data.ValidationExamples,
                ["batches_per_epoch"] = estimate.BatchesPerEpoch,
                ["largest_batch"] = estimate.LargestBatchTokens,
                ["tokens_per_epoch"] = estimate.TokensPerEpoch,
                ["tokens"] = estimate.Tokens,
                ["steps"] = estimate.Steps,
                ["tokens_per_second"] = Math.Round(estimate.TokensPerSecond, 1),
            },
            PeakBytes = estimate.PeakBytes,
            Time = preparation + estimate.Time,
            Basis = $"measured on steps of {estimate.SmallProbeTokens:N0} and {estimate.LargeProbeTokens:N0} tokens with {Tensors.Threading.ComputeThreads.Count} threads, the machine as busy as it is now",
            Warnings = warnings,
        };
    }

    private TrainingRun<TBatch> CreateRun<TBatch>(StageContext context, TrainedModel model, TrainingData<TBatch> data) => new()
    {
        Trainer = data.Trainer,
        Adapter = model.Adapter,
        Training = data.Training,
        Validation = data.Validation,
        Options = CreateOptions(),
        Random = context.CreateRandom("dropout"),
        CheckpointFolder = Path.Combine(context.Folder, CheckpointsFolder),
        Key = model.KeyWith(data.Key),
        Files = context.Files,
        Time = context.Time,
    };

    /// <summary>How long and with what the loop trains.</summary>
    private protected virtual TrainingOptions CreateOptions() => new()
    {
        Epochs = Batch.Epochs,
        MaxSteps = Batch.MaxSteps,
        GradientAccumulation = Batch.Accumulate,
        Optimizer = Optimizer,
        Schedule = Schedule,
        Clip = Clip,
        GradientCheckpointing = GradientCheckpointing,
        Evaluation = Evaluation,
        Checkpoints = Checkpoint,
    };

    private static Dictionary<string, double> CountsOf<TBatch>(TrainingData<TBatch> data, TrainingLoop<TBatch> loop, TrainingResult result)
    {
        var counts = new Dictionary<string, double>
        {
            ["examples"] = data.Examples,
            ["validation_examples"] = data.ValidationExamples,
            ["rows_dropped"] = data.RowsDropped,
            ["trainable_parameters"] = loop.Parameters.Sum(parameter => parameter.ElementCount),
            ["steps"] = result.Steps,
            ["tokens"] = result.Tokens,
        };
        foreach ((string name, double? value) in (ReadOnlySpan<(string, double?)>)[("loss", result.FinalLoss), ("validation_loss_before", result.InitialEvaluation), ("validation_loss_after", result.FinalEvaluation)])
        {
            if (value is { } known)
            {
                counts[name] = known;
            }
        }

        return counts;
    }

    private void PublishResult(RunContext context, TrainedModel model, TrainingResult result)
    {
        string name = model.Adapter is null ? ModelFolder : AdapterFolder;
        string folder = Path.Combine(context.Folder, name);
        model.Save(context.Files, folder, SaveDtype);
        foreach (string file in Directory.EnumerateFiles(folder).Where(file => !file.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            context.PublishFile($"{name}/{Path.GetFileName(file)}");
        }

        context.Publish(ResultName, JsonSerializer.SerializeToUtf8Bytes(result, s_json));
    }
}
