using Hone.Evaluation.Statistics;

namespace Hone.Pipelines.Reports;

/// <summary>Chooses the figures that a reader looks for first, and words them.</summary>
internal static class ReportFigures
{
    /// <summary>Figures of a run: what the evaluations say, then what each training did.</summary>
    public static IReadOnlyList<ReportFigure> Of(IReadOnlyList<StageReport> stages, IReadOnlyList<EvaluationChange> changes)
    {
        var figures = new List<ReportFigure>();
        foreach (EvaluationChange change in changes)
        {
            PairedComparison comparison = change.Pairing.Comparison!; // changes hold pairs only
            figures.Add(new ReportFigure(
                $"{change.First} → {change.Second}",
                $"{ScoreText(comparison, comparison.FirstMean)} → {ScoreText(comparison, comparison.SecondMean)}",
                $"{ComparisonText.Difference(comparison)}; {FigureText.PValue(comparison.PValue)}, {FigureText.Count(comparison.Count)} questions"));
        }

        foreach (StageReport stage in stages.Where(stage => stage.Evaluation is not null && !changes.Any(change => change.First == stage.Name || change.Second == stage.Name)))
        {
            EvaluationOutcome outcome = stage.Evaluation!; // Where chose those that have one
            figures.Add(new ReportFigure($"{stage.Name}: {outcome.Summary?.Metric ?? "accuracy"}", FigureText.Percent(outcome.Value), IntervalText(outcome)));
        }

        foreach (StageReport stage in stages)
        {
            AddTraining(figures, stage);
        }

        return figures;
    }

    /// <summary>Whether the stage trains or has begun to.</summary>
    public static bool IsTraining(StageReport stage) => stage.Training is not null || stage.Find("loss") is not null;

    /// <summary>Gives <c>77.8 %</c> for shares and a number for other scores.</summary>
    public static string ScoreText(PairedComparison comparison, double mean) => comparison.IsProportion ? FigureText.Percent(mean) : FigureText.Number(mean);

    /// <summary>Gives <c>311 of 400, 95 % interval 73.4 % to 81.6 %</c>.</summary>
    public static string IntervalText(EvaluationOutcome outcome)
    {
        (long right, long count) = outcome.Summary is { } summary ? (summary.Right, summary.Count) : (outcome.Right, outcome.Answers);
        string interval = outcome.Interval is { } known ? $", 95 % interval {FigureText.Percent(known.Low)} to {FigureText.Percent(known.High)}" : "";
        return $"{FigureText.Count(right)} of {FigureText.Count(count)}{interval}{(outcome.Summary is null ? ", not finished" : "")}";
    }

    private static void AddTraining(List<ReportFigure> figures, StageReport stage)
    {
        if (!IsTraining(stage))
        {
            return;
        }

        MetricSeries? validation = stage.Find("validation_loss"), loss = stage.Find("loss");
        double? before = stage.Training?.InitialEvaluation ?? (validation is { Points: [{ FirstStep: 0 } first, ..] } ? first.Mean : null);
        double? after = stage.Training?.FinalEvaluation ?? validation?.Last;
        if (after is { } known)
        {
            string value = before is { } start ? $"{FigureText.Number(start)} → {FigureText.Number(known)}" : FigureText.Number(known);
            figures.Add(new ReportFigure($"{stage.Name}: validation loss", value, stage.Training is { StoppedEarly: true } ? $"stopped early, result of step {FigureText.Count(stage.Training.ResultStep)}" : validation is null ? "" : $"lowest {FigureText.Number(validation.Lowest ?? known)}"));
        }

        if (loss is { Points: [{ } begin, ..], Last: { } last })
        {
            long steps = stage.Training?.Steps ?? stage.LastStep ?? 0;
            figures.Add(new ReportFigure($"{stage.Name}: training loss", $"{FigureText.Number(begin.Mean)} → {FigureText.Number(last)}", $"first and last of {FigureText.Count(steps)} steps"));
        }

        if (stage.Find("tokens_per_second")?.Mean is { } rate)
        {
            string tokens = stage.Training is { } result ? $"{FigureText.Count(result.Tokens)} tokens in all" : "mean over the steps";
            figures.Add(new ReportFigure($"{stage.Name}: throughput", $"{FigureText.Number(rate)} tokens/s", tokens));
        }

        if (stage.Find("memory_mib")?.Highest is { } memory)
        {
            figures.Add(new ReportFigure($"{stage.Name}: peak memory", FigureText.Bytes(memory * 1048576), "of the process, seen after the steps"));
        }

        if (stage.Record.Counts.TryGetValue("trainable_parameters", out double parameters))
        {
            figures.Add(new ReportFigure($"{stage.Name}: trained parameters", FigureText.Count((long)parameters), ""));
        }
    }
}
