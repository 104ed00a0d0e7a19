using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hone.Core.Recipes;
using Hone.Core.Runs;
using Hone.Core.Stages;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Inference;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Pipelines.Reports;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;
using Hone.Tensors;
using Hone.Training;
using Hone.Training.Adapters;
using Hone.Training.Optimizers;
using Hone.Training.Schedules;
using Hone.Training.Trainers;

namespace Hone.Pipelines.Stages;

/// <summary>Supervised fine-tuning of a language model: an adapter on it, or all of its weights.</summary>
/// <remarks>Interrupted, it goes on from its newest checkpoint and gives the bytes that it would have given without the interruption.</remarks>
[Stage("sft")]
public sealed record SftStage : Stage, ICheckedOptions
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

    /// <summary>The data.</summary>
    public required SftDataOptions Dataset { get; init; }

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

    /// <summary>NEFTune: amplitude of the noise on token embeddings, e.g. 5; none when not given.</summary>
    [Positive]
    public double? NeftuneNoiseAlpha { get; init; }

    /// <summary>Share of the target that is spread over the vocabulary.</summary>
    [Range(0, 1, MaximumExcluded = true)]
    public double LabelSmoothing { get; init; }

    /// <summary>Number format in which a model trained without an adapter is stored; <c>auto</c> is that of the model it began from.</summary>
    public WeightType SaveDtype { get; init; } = WeightType.Auto;

    /// <summary>Evaluation on the validation examples.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>Saving of the run's state.</summary>
    public CheckpointOptions Checkpoint { get; init; } = new();

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => Adapter is null
        ? [$"{ModelFolder}/config.json", ReportName, ResultName]
        : [$"{AdapterFolder}/adapter_model.safetensors", $"{AdapterFolder}/{LoraConfig.FileName}", ReportName, ResultName];

    private bool HasValidation => Dataset.Validation.Count > 0 || Dataset.ValidationFraction is not null || Dataset.ValidationRows is not null;

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        if (!HasValidation && (Evaluation.EverySteps is not null || Evaluation.KeepBest || Evaluation.Patience is not null))
        {
            checks.Report(nameof(Evaluation), "there is nothing to evaluate on", "add validation_fraction: 0.05 to the dataset, or remove the keys");
        }

        if (Adapter is not null && SaveDtype != WeightType.Auto)
        {
            checks.Report(nameof(SaveDtype), "the model's own weights are not stored when an adapter is trained", "remove save_dtype, or the adapter to train all weights");
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Run(RunContext context)
    {
        ModelReference reference = Model ?? context.Recipe.Model ?? throw new TrainingException(
            "There is no model to train.", $"stage '{context.StageName}'", "neither the recipe nor the stage names one", "add model: PATH to the recipe, or --set model=PATH");
        string path = context.OpenInput(reference);
        (Tokenizer tokenizer, ChatTokenizer? chat) = ModelChat.LoadText(path);
        string fingerprint = ModelText.FingerprintOf(path);
        using SftDataset dataset = LoadData(context, new ModelText(tokenizer, chat, fingerprint));
        context.Publish(ReportName, dataset.Report.ToJson());
        foreach (string warning in dataset.Report.CreateWarnings())
        {
            context.Warn(warning);
        }

        using CausalLm model = CausalLm.Load(path, new LoadOptions { Use = Adapter is null ? ModelUse.FullTraining : ModelUse.AdapterTraining, Weights = reference.Dtype });
        WarnOfLongExamples(dataset, model, context);
        using LoraAdapter? adapter = Adapter?.Create(model, context.CreateRandom("adapter"));
        adapter?.Attach();
        using var board = new TensorBoardWriter(context.Files, Path.Combine(context.Folder, BoardFolder), context.Time);
        using var loop = new TrainingLoop<SequenceBatch>(new TrainingRun<SequenceBatch>
        {
            Trainer = new SftTrainer(model, LabelSmoothing),
            Adapter = adapter,
            Training = SftBatches.ForTraining(dataset, BatchPlan.Create(dataset, Dataset, Batch, context.CreateRandom("batches"))),
            Validation = SftBatches.ForValidation(dataset, Batch.Rows ?? 8),
            Options = ToOptions(),
            Random = context.CreateRandom("dropout"),
            CheckpointFolder = Path.Combine(context.Folder, CheckpointsFolder),
            Key = KeyOf(dataset, path, fingerprint),
            Files = context.Files,
            Time = context.Time,
            Observer = new StageObserver(context, board),
        });
        TrainingResult result = loop.Run(context.CancellationToken);
        PublishResult(context, model, adapter, result);
        return Counts(dataset, loop, result);
    }

    private static Dictionary<string, double> Counts(SftDataset dataset, TrainingLoop<SequenceBatch> loop, TrainingResult result)
    {
        var counts = new Dictionary<string, double>
        {
            ["examples"] = dataset.Training.Sum(group => (double)group.Examples.Length),
            ["validation_examples"] = dataset.Validation.Length,
            ["rows_dropped"] = dataset.Report.Dropped,
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

    private static void WarnOfLongExamples(SftDataset dataset, CausalLm model, RunContext context)
    {
        int longest = Enumerable.Range(0, dataset.Store.Count).Select(dataset.Store.LengthOf).DefaultIfEmpty(0).Max();
        if (longest > model.Config.MaxPositionEmbeddings)
        {
            context.Warn($"the longest example has {longest} tokens, the model was made for {model.Config.MaxPositionEmbeddings}; dataset.max_tokens cuts");
        }
    }

    private static string KeyOf(SftDataset dataset, string model, string fingerprint)
    {
        IEnumerable<string> files = Directory.Exists(model) ? Directory.EnumerateFiles(model).Order(StringComparer.Ordinal) : [model];
        string weights = string.Join(';', files.Select(file => $"{Path.GetFileName(file)} {new FileInfo(file).Length}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Path.GetFileName(dataset.Store.Path)}|{fingerprint}|{weights}")).AsSpan(0, 16));
    }

    private SftDataset LoadData(RunContext context, ModelText text)
    {
        string cache = Path.Combine(context.Folder, CacheFolder);
        Directory.CreateDirectory(cache);
        var data = new DataContext { Registry = context.Registry, CacheFolder = cache, Files = context.Files, Open = context.OpenInput, MaxThreads = Tensors.Threading.ComputeThreads.Count };
        return SftDataset.Load(Dataset, text, data, context.CreateRandom("validation"), context.CancellationToken);
    }

    private TrainingOptions ToOptions() => new()
    {
        Epochs = Batch.Epochs,
        MaxSteps = Batch.MaxSteps,
        GradientAccumulation = Batch.Accumulate,
        Optimizer = Optimizer,
        Schedule = Schedule,
        Clip = Clip,
        GradientCheckpointing = GradientCheckpointing,
        NeftuneNoiseAlpha = NeftuneNoiseAlpha,
        LabelSmoothing = LabelSmoothing,
        Evaluation = Evaluation,
        Checkpoints = Checkpoint,
    };

    private void PublishResult(RunContext context, CausalLm model, LoraAdapter? adapter, TrainingResult result)
    {
        string name = adapter is null ? ModelFolder : AdapterFolder;
        string folder = Path.Combine(context.Folder, name);
        if (adapter is null)
        {
            model.Save(context.Files, folder, SaveDtype switch { WeightType.F32 => DType.F32, WeightType.Bf16 => DType.BF16, WeightType.F16 => DType.F16, _ => null });
        }
        else
        {
            adapter.Save(context.Files, folder);
        }

        foreach (string file in Directory.EnumerateFiles(folder).Where(file => !file.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            context.PublishFile($"{name}/{Path.GetFileName(file)}");
        }

        context.Publish(ResultName, JsonSerializer.SerializeToUtf8Bytes(result, s_json));
    }
}
