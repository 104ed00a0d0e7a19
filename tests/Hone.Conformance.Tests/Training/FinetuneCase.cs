using System.Text.Json;
using Hone.Conformance.Tests.TextModels;
using Hone.Data.Collators;
using Hone.Data.Datasets;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Tensors;
using Hone.Training;
using Hone.Training.Optimizers;
using Hone.Training.Schedules;
using Hone.Training.Trainers;

namespace Hone.Conformance.Tests.Training;

/// <summary>One run of the fixtures: its model, data, settings and results.</summary>
internal sealed class FinetuneCase : IDisposable
{
    private const double LossTolerance = 2e-5, NormTolerance = 2e-5, RateTolerance = 1e-12, LogitsTolerance = 3e-4; // as the fixtures' README states
    private const int LogitRows = 2, LogitColumns = 6;

    private readonly string _folder;
    private readonly string _temporary = Directory.CreateTempSubdirectory("hone-finetune").FullName;
    private readonly FixtureTensors _data;
    private readonly JsonElement _run;
    private readonly JsonElement _arguments;
    private readonly int _rowsPerBatch;

    public FinetuneCase(string name)
    {
        _folder = Fixtures.At("training", "finetune", name);
        _data = new FixtureTensors(Path.Combine(_folder, "data.safetensors"));
        Expected = new FixtureTensors(Path.Combine(_folder, "expected.safetensors"));
        using JsonDocument run = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "run.json")));
        _run = run.RootElement.Clone();
        _arguments = _run.GetProperty("arguments");
        _rowsPerBatch = _run.GetProperty("rows_per_micro_batch").GetInt32();
        Model = Fixtures.At("text-models", _run.GetProperty("base").GetString()!);
        HasAdapter = File.Exists(Path.Combine(At("initial"), LoraConfig.FileName));
        Assert.SkipUnless(Directory.Exists(Model), $"no text model {Path.GetFileName(Model)}");
    }

    public FixtureTensors Expected { get; }

    public string Model { get; }

    public bool HasAdapter { get; }

    public Tolerance Close { get; } = new();

    /// <summary>The Trainer's arguments in Hone's words.</summary>
    public TrainingOptions Options => new()
    {
        MaxSteps = Number("max_steps"),
        GradientAccumulation = _run.GetProperty("micro_batches_per_step").GetInt32(),
        Optimizer = Optimizer(),
        Schedule = _arguments.GetProperty("lr_scheduler_type").GetString() switch
        {
            "cosine" => new CosineSchedule { WarmupSteps = Number("warmup_steps") },
            "linear" => new LinearSchedule { WarmupSteps = Number("warmup_steps") },
            "constant_with_warmup" => new ConstantWithWarmupSchedule { WarmupSteps = Number("warmup_steps") },
            var other => throw new NotSupportedException($"schedule {other}"),
        },
        Clip = new GradientClipping { MaxNorm = Real("max_grad_norm") },
    };

    public string At(string state) => Path.Combine(_folder, state);

    public string NewFolder(string name) => Path.Combine(_temporary, name);

    public SequenceBatch[] LanguageBatches()
    {
        long[] labels = Longs("labels");
        return [.. Batches((rows, ids, lengths) => new SequenceBatch([.. ids], [.. rows.SelectMany(row => Kept(row).Select((at, i) => i == 0 ? SftExample.IgnoreIndex : (int)labels[at]))], [.. lengths], [.. rows.Select(row => (long)row)]))];
    }

    public ClassificationBatch[] ClassificationBatches()
    {
        using Tensor tensor = _data["labels"];
        float[] labels = [.. tensor.ToDoubles().Select(label => (float)label)];
        return [.. Batches((rows, ids, lengths) => new ClassificationBatch([.. ids], [.. lengths], [.. rows.Select(row => labels[row])], [.. rows.Select(row => (long)row)]))];
    }

    /// <summary>Compares what was reported with what the Trainer reported.</summary>
    public void Compare(IReadOnlyList<StepReport> steps)
    {
        double[] losses = Doubles("loss"), norms = Doubles("grad_norm"), micro = Doubles("micro_losses");
        Close.Absolute("loss", [.. steps.Select(step => step.Loss)], losses, LossTolerance);
        Close.Absolute("loss", [.. steps.SelectMany(step => step.MicroLosses)], micro, LossTolerance);
        for (int i = 0; i < steps.Count; i++)
        {
            Close.Absolute("gradient norm", [steps[i].GradientNorm], [norms[i]], NormTolerance * norms[i]);
            double[] rates = [.. _run.GetProperty("learning_rates")[i].EnumerateArray().Select(rate => rate.GetDouble())];
            Assert.Equal(rates.Distinct().Order(), steps[i].LearningRates.Distinct().Order(), (want, got) => Math.Abs(want - got) <= RateTolerance * want);
        }
    }

    /// <summary>Compares the logits that the fixtures keep with a model's.</summary>
    public void CompareLogits(string state, PretrainedModel model) => Close.Absolute($"{state} logits", Logits(model), Expected[$"{state}_logits"].ToDoubles(), LogitsTolerance);

    /// <summary>Logits at the first positions of the first rows, 0 at padding; of a classifier all labels.</summary>
    public double[] Logits(PretrainedModel model)
    {
        using var scope = TensorScope.Begin("logits");
        int[][] rows = [.. Enumerable.Range(0, LogitRows).Select(Kept)];
        int[] ids = [.. rows.SelectMany(row => row.Select(at => (int)Longs("input_ids")[at]))];
        int[] lengths = [.. rows.Select(row => row.Length)];
        if (model is SequenceClassifier classifier)
        {
            return classifier.Forward(EncoderInput.FromSequences(classifier.Config, ids, lengths)).ToDoubles();
        }

        var lm = (CausalLm)model;
        EncoderInput input = EncoderInput.FromSequences(lm.Config, ids, lengths);
        double[] logits = lm.Logits(lm.Forward(input.InputIds, input.Context)).ToDoubles();
        int vocabulary = lm.Config.VocabSize;
        var kept = new double[LogitRows * LogitColumns * vocabulary];
        for (int row = 0, start = 0; row < LogitRows; start += lengths[row++])
        {
            for (int column = 0; column < Math.Min(LogitColumns, lengths[row]); column++)
            {
                logits.AsSpan((start + column) * vocabulary, vocabulary).CopyTo(kept.AsSpan(((row * LogitColumns) + column) * vocabulary));
            }
        }

        return kept;
    }

    public void Dispose() => Directory.Delete(_temporary, recursive: true);

    private int Width => _data.ShapeOf("input_ids")[1];

    private OptimizerOptions Optimizer()
    {
        double rate = Real("learning_rate"), decay = Real("weight_decay");
        return _run.GetProperty("optimizer").GetString() switch
        {
            "adafactor" => new AdafactorOptions { LearningRate = rate, WeightDecay = decay, ScaleParameter = false, RelativeStep = false },
            "adamw_torch" => AdamW(null),
            "adamw_torch+lora+" => AdamW(LoraPlusRatio()),
            var other => throw new NotSupportedException($"optimizer {other}"),
        };

        AdamWOptions AdamW(double? ratio) => new()
        {
            LearningRate = rate, WeightDecay = decay, Betas = [Real("adam_beta1"), Real("adam_beta2")], Eps = Real("adam_epsilon"), LoraplusLrRatio = ratio,
        };
    }

    private double LoraPlusRatio()
    {
        double[] rates = [.. _run.GetProperty("learning_rates").EnumerateArray().Select(step => step.EnumerateArray().Select(rate => rate.GetDouble()).ToArray()).First(step => step.Max() > 0)];
        return Math.Round(rates.Max() / rates[0], 9);
    }

    private IEnumerable<TBatch> Batches<TBatch>(Func<int[], int[], int[], TBatch> create)
    {
        long[] ids = Longs("input_ids");
        foreach (int[] rows in Enumerable.Range(0, ids.Length / Width).Chunk(_rowsPerBatch))
        {
            yield return create(rows, [.. rows.SelectMany(Kept).Select(at => (int)ids[at])], [.. rows.Select(row => Kept(row).Length)]);
        }
    }

    /// <summary>Places of a row's real tokens.</summary>
    private int[] Kept(int row)
    {
        long[] mask = Longs("attention_mask");
        return [.. Enumerable.Range(row * Width, Width).Where(at => mask[at] != 0)];
    }

    private long Number(string argument) => _arguments.GetProperty(argument).GetInt64();

    private double Real(string argument) => _arguments.GetProperty(argument).GetDouble();

    private double[] Doubles(string name) => [.. _run.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];

    private long[] Longs(string name)
    {
        using Tensor tensor = _data[name];
        return tensor.ToArray<long>();
    }
}
