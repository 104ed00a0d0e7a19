using Hone.Core.Errors;
using Hone.Core.Recipes;
using Hone.Core.Runs;
using Hone.Core.Stages;
using Hone.Data.Datasets;
using Hone.Evaluation;
using Hone.Evaluation.Graders;
using Hone.Inference;
using Hone.Inference.Adapters;
using Hone.Inference.Sampling;
using Hone.Models;
using Hone.Pipelines.Evaluations;

namespace Hone.Pipelines.Stages;

/// <summary>Lets a model answer the questions of a data set, grades the answers, and states the share of right ones with its confidence interval.</summary>
/// <remarks>
/// What is asked is everything before the last message of the assistant. The right answer is the row's column <c>answer</c>, or else the answer in that last message.
/// Interrupted, it goes on without answering a question twice, and gives the same bytes.
/// </remarks>
[Stage("evaluate")]
public sealed record EvaluateStage : Stage, ICheckedOptions
{
    /// <summary>The model that answers; the recipe's when not given.</summary>
    public ModelReference? Model { get; init; }

    /// <summary>A trained adapter on it.</summary>
    public AdapterReference? Adapter { get; init; }

    /// <summary>The questions with their right answers.</summary>
    public required EvaluationDataOptions Dataset { get; init; }

    /// <summary>How many rows to take, from the first; all when not given.</summary>
    [Positive]
    public int? Limit { get; init; }

    /// <summary>How answers are compared.</summary>
    public Grader Grader { get; init; } = new FinalNumberGrader();

    /// <summary>Columns whose values results are grouped by, such as skill.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Most tokens of an answer.</summary>
    [Positive]
    public int MaxTokens { get; init; } = 256;

    /// <summary>Randomness of the answers; 0 takes the most probable token always.</summary>
    [Range(0, 100)]
    public double Temperature { get; init; }

    /// <summary>With a temperature: the share of probability whose most probable tokens are drawn from.</summary>
    [Range(0, 1, MinimumExcluded = true)]
    public double TopP { get; init; } = 1;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => [EvaluationFiles.AnswersName, EvaluationFiles.SummaryName];

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        if (Temperature == 0 && TopP != 1)
        {
            checks.Report(nameof(TopP), "without a temperature nothing is drawn, so top_p has no meaning", "set temperature, or remove top_p");
        }

        if (Tags.GroupBy(tag => tag).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            checks.Report(nameof(Tags), $"'{twice.Key}' is there twice", "name each column once");
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Run(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        ModelReference reference = Model ?? context.Recipe.Model ?? throw new HoneException(
            "There is no model to evaluate.", $"stage '{context.StageName}'", "neither the recipe nor the stage names one", "add model: PATH to the recipe, or --set model=PATH");
        EvaluationItems items = EvaluationItems.Read(new DataSource(Dataset) { MaxRows = Limit }, Grader, Tags, context.OpenInput, context.Registry, context.CancellationToken);
        if (items.CreateWarning() is { } warning)
        {
            context.Warn(warning);
        }

        IReadOnlyList<GeneratedAnswer> answers = Generate(context, reference, items.Items);
        EvaluationRecord[] records = [.. items.Items.Zip(answers, Judge)];
        EvaluationSummary summary = EvaluationSummary.Create(records, reference.Describe(), Adapter?.Describe(), Dataset.Describe());
        WarnOf(context, answers);
        Publish(context, records, summary);
        context.ReportStep(records.Length, records.Length, "answers", new Dictionary<string, double> { [summary.Metric] = summary.Value, ["low"] = summary.Low, ["high"] = summary.High });
        return new Dictionary<string, double>
        {
            ["examples"] = summary.Count,
            ["right"] = summary.Right,
            [summary.Metric] = summary.Value,
            ["low"] = summary.Low,
            ["high"] = summary.High,
            ["unanswered"] = summary.Unanswered,
            ["truncated"] = summary.Truncated,
            ["rows_without_reference"] = items.WithoutReference,
            ["output_tokens"] = records.Sum(record => (double)record.OutputTokens),
        };
    }

    private IReadOnlyList<GeneratedAnswer> Generate(RunContext context, ModelReference reference, IReadOnlyList<EvaluationItem> items)
    {
        string path = context.OpenInput(reference);
        string? adapterPath = Adapter is null ? null : context.OpenInput(Adapter);
        using LanguageModel model = LanguageModel.Load(path, new LoadOptions { Weights = reference.Dtype });
        using EngineAdapter? adapter = adapterPath is null ? null : EngineAdapter.Load(adapterPath, model.Model);
        using var engine = new Engine(model);
        var settings = new GenerationRequest
        {
            PromptIds = [],
            Sampling = Temperature == 0 ? SamplingOptions.Greedy : SamplingOptions.Greedy with { Temperature = Temperature, TopP = TopP },
            Seed = context.Recipe.Seed,
            MaxTokens = MaxTokens,
            Adapter = adapter,
        };
        return new AnswerGeneration(context, settings).Run(model, engine, items);
    }

    private EvaluationRecord Judge(EvaluationItem item, GeneratedAnswer answer)
    {
        Grade grade = answer.Error is null ? Grader.Grade(answer.Text, item.Reference) : new Grade(0, null, $"nothing was generated: {answer.Error}");
        return new EvaluationRecord
        {
            Id = item.Id,
            Messages = item.Messages,
            Reference = item.Reference,
            Output = answer.Text,
            Extracted = grade.Extracted,
            Score = grade.Score,
            Why = grade.Why,
            Tags = item.Tags,
            PromptTokens = answer.PromptTokens,
            OutputTokens = answer.OutputTokens,
            Finish = answer.IsTruncated ? EvaluationFiles.FinishLength : EvaluationFiles.FinishStop,
        };
    }

    private void WarnOf(RunContext context, IReadOnlyList<GeneratedAnswer> answers)
    {
        GeneratedAnswer[] failed = [.. answers.Where(answer => answer.Error is not null)];
        if (failed.Length == answers.Count)
        {
            throw new HoneException("Not one question could be answered.", $"stage '{context.StageName}'", failed[0].Error!, "use a model with a longer context, or shorter questions"); // failed ones have an error
        }

        if (failed.Length > 0)
        {
            context.Warn($"{failed.Length} of {answers.Count} questions could not be answered and count as wrong; the first: {failed[0].Error!.Split('\n')[0]}"); // likewise
        }

        int cut = answers.Count(answer => answer.IsTruncated) - failed.Length;
        if (cut > 0)
        {
            context.Warn($"{cut} of {answers.Count} answers were cut off at {MaxTokens} tokens; max_tokens allows more");
        }
    }

    private static void Publish(RunContext context, IEnumerable<EvaluationRecord> records, EvaluationSummary summary)
    {
        using (AtomicFile file = context.CreateArtifact(EvaluationFiles.AnswersName))
        {
            foreach (EvaluationRecord record in records)
            {
                file.Write(EvaluationFiles.Write(record));
                file.Write("\n"u8);
            }

            context.Publish(file);
        }

        context.Publish(EvaluationFiles.SummaryName, EvaluationFiles.Write(summary));
    }
}
