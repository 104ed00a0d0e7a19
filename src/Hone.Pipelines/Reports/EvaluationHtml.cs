using Hone.Evaluation;
using Hone.Evaluation.Pairing;
using Hone.Evaluation.Statistics;

namespace Hone.Pipelines.Reports;

/// <summary>Writes what evaluations found: shares with intervals, tests between them, answers side by side.</summary>
internal sealed class EvaluationHtml(HtmlText html, RunReport report)
{
    private readonly StageReport[] _stages = [.. report.Stages.Where(stage => stage.Evaluation is not null)];

    /// <summary>Writes shares, intervals and tests; nothing where nothing was evaluated.</summary>
    public void WriteResults()
    {
        if (_stages.Length == 0)
        {
            return;
        }

        html.Add($"<h2 id=\"evaluations\">Evaluations</h2>\n");
        IntervalRow[] rows = [.. _stages.Where(stage => stage.Evaluation!.Interval is not null).Select(RowOf)]; // _stages holds those with an evaluation
        if (rows.Length > 0)
        {
            IntervalChart.Write(html, "Share of right answers with its 95 % interval", rows);
        }

        foreach (EvaluationChange change in report.Changes)
        {
            WriteChange(change);
        }

        WriteTable();
        WriteGroups();
    }

    /// <summary>Writes answers right and wrong; side by side where two stages answered the same questions.</summary>
    public void WriteExamples()
    {
        if (!_stages.Any(stage => stage.Evaluation is { Answers: > 0 }))
        {
            return;
        }

        html.Add($"<h2 id=\"examples\">Examples</h2>\n");
        foreach (EvaluationChange change in report.Changes)
        {
            PairedComparison comparison = change.Pairing.Comparison!; // changes hold pairs only
            WritePairs(change, "Gained", comparison.Gained, change.Pairing.Gained);
            WritePairs(change, "Lost", comparison.Lost, change.Pairing.Lost);
            WritePairs(change, "Wrong before and after", null, change.Pairing.BothWrong);
            WritePairs(change, "Right before and after", null, change.Pairing.BothRight);
        }

        foreach (StageReport stage in _stages.Where(stage => !report.Changes.Any(change => change.First == stage.Name || change.Second == stage.Name)))
        {
            WriteSingles(stage.Name, "wrong", stage.Evaluation!.WrongExamples, stage.Evaluation.Answers - stage.Evaluation.Right);
            WriteSingles(stage.Name, "right", stage.Evaluation.RightExamples, stage.Evaluation.Right);
        }
    }

    private static IntervalRow RowOf(StageReport stage)
    {
        EvaluationOutcome outcome = stage.Evaluation!; // the caller chose stages that have one
        (double low, double high) = outcome.Interval!.Value; // and an interval
        return new IntervalRow(stage.Name, Share(outcome.Value), Share(low), Share(high), $"{FigureText.Percent(outcome.Value)} ({FigureText.Percent(low)} to {FigureText.Percent(high)})");

        static double Share(double value) => double.IsFinite(value) ? Math.Clamp(value, 0, 1) : 0;
    }

    private void WriteChange(EvaluationChange change)
    {
        PairedComparison comparison = change.Pairing.Comparison!; // changes hold pairs only
        string kind = !comparison.IsSignificant ? "" : comparison.Difference > 0 ? "good" : "bad";
        html.Add($"<p><strong class=\"{kind}\">{ComparisonText.Verdict(comparison, change.First, change.Second)}</strong> {ComparisonText.Changes(comparison)}; interval by {comparison.Interval}.</p>\n");
        foreach (string note in PairingText.Notes(change.Pairing, change.First, change.Second))
        {
            html.Add($"<p class=\"warn\">{note}</p>\n");
        }
    }

    private void WriteTable()
    {
        html.Add($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Evaluations\"><table>\n<caption>Every evaluation of the run.</caption>\n<thead><tr><th scope=\"col\">stage</th>");
        foreach (string column in (ReadOnlySpan<string>)["score", "right", "unanswered", "cut off"])
        {
            html.Add($"<th scope=\"col\" class=\"number\">{column}</th>");
        }

        html.Add($"<th scope=\"col\">95 % interval</th><th scope=\"col\">model</th><th scope=\"col\">adapter</th><th scope=\"col\">dataset</th></tr></thead>\n<tbody>\n");
        foreach (StageReport stage in _stages)
        {
            EvaluationOutcome outcome = stage.Evaluation!; // see above
            EvaluationSummary? summary = outcome.Summary;
            string interval = outcome.Interval is { } known ? $"{FigureText.Percent(known.Low)} to {FigureText.Percent(known.High)}" : "";
            html.Add($"<tr><th scope=\"row\">{stage.Name}</th><td class=\"number\">{FigureText.Percent(outcome.Value)}</td><td class=\"number\">{summary?.Right ?? outcome.Right} of {summary?.Count ?? outcome.Answers}{(summary is null ? ", not finished" : "")}</td>");
            html.Add($"<td class=\"number\">{(summary is null ? "" : FigureText.Count(summary.Unanswered))}</td><td class=\"number\">{(summary is null ? "" : FigureText.Count(summary.Truncated))}</td>");
            html.Add($"<td>{interval}</td><td>{summary?.Model}</td><td>{summary?.Adapter ?? "none"}</td><td>{summary?.Dataset}</td></tr>\n");
        }

        html.Add($"</tbody>\n</table></div>\n");
    }

    private void WriteGroups()
    {
        (string Key, string Value)[] groups = [.. _stages.SelectMany(stage => stage.Evaluation!.Summary?.Groups ?? []).Select(group => (group.Key, group.Value)).Distinct()];
        if (groups.Length == 0)
        {
            return;
        }

        html.Add($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Groups of questions\"><table>\n<caption>Share of right answers by group of questions, with its 95 % interval.</caption>\n<thead><tr><th scope=\"col\">group</th>");
        foreach (StageReport stage in _stages)
        {
            html.Add($"<th scope=\"col\">{stage.Name}</th>");
        }

        html.Add($"</tr></thead>\n<tbody>\n");
        foreach ((string key, string value) in groups)
        {
            html.Add($"<tr><th scope=\"row\">{key}: {value}</th>");
            foreach (StageReport stage in _stages)
            {
                string cell = stage.Evaluation!.Summary?.Groups.FirstOrDefault(group => group.Key == key && group.Value == value) is { } found
                    ? $"{FigureText.Percent(found.Share)} ({FigureText.Percent(found.Low)} to {FigureText.Percent(found.High)}) of {FigureText.Count(found.Count)}" : "";
                html.Add($"<td>{cell}</td>");
            }

            html.Add($"</tr>\n");
        }

        html.Add($"</tbody>\n</table></div>\n");
    }

    private void WritePairs(EvaluationChange change, string title, long? count, IReadOnlyList<AnswerPair> pairs)
    {
        if (pairs.Count == 0)
        {
            return;
        }

        html.Add($"<h3>{title}: {change.First} → {change.Second}{(count is { } all ? $", the first {pairs.Count} of {FigureText.Count(all)}" : $", the first {pairs.Count}")}</h3>\n");
        foreach (AnswerPair pair in pairs)
        {
            BeginExample(pair.First);
            WriteAnswer(change.First, pair.First);
            WriteAnswer(change.Second, pair.Second);
            html.Add($"</div></article>\n");
        }
    }

    private void WriteSingles(string stage, string kind, IReadOnlyList<EvaluationRecord> records, long count)
    {
        if (records.Count == 0)
        {
            return;
        }

        html.Add($"<h3>{stage}: answered {kind}, the first {records.Count} of {count}</h3>\n");
        foreach (EvaluationRecord record in records)
        {
            BeginExample(record);
            WriteAnswer(stage, record);
            html.Add($"</div></article>\n");
        }
    }

    private void BeginExample(EvaluationRecord record)
    {
        html.Add($"<article class=\"card example\"><h4>Question {record.Id}</h4>\n");
        foreach ((string role, string text) in PairingText.Prompt(record))
        {
            html.Add($"<span class=\"role\">{role}</span><pre dir=\"auto\">{ReportText.Cut(text)}</pre>\n");
        }

        html.Add($"<p class=\"why\">Reference: {ReportText.Cut(record.Reference)}</p>\n<div class=\"answers\">\n");
    }

    private void WriteAnswer(string stage, EvaluationRecord record)
    {
        bool isRight = record.IsRight();
        html.Add($"<div><h4>{stage}: <span class=\"{(isRight ? "good" : "bad")}\">{PairingText.Score(record)}</span></h4><pre dir=\"auto\">{ReportText.Cut(record.Output)}</pre><p class=\"why\">{record.Why}</p></div>\n");
    }
}
