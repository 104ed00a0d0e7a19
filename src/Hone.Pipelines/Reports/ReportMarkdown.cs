using System.Globalization;
using Hone.Core.Runs;
using Hone.Data.Datasets;
using Hone.Evaluation;
using Hone.Evaluation.Pairing;
using Hone.Evaluation.Statistics;

namespace Hone.Pipelines.Reports;

/// <summary>Writes a report as Markdown.</summary>
internal sealed class ReportMarkdown
{
    private readonly MarkdownText _text = new();
    private readonly RunReport _report;

    private ReportMarkdown(RunReport report)
    {
        _report = report;
    }

    /// <summary>Writes the text.</summary>
    public static string Write(RunReport report)
    {
        var text = new ReportMarkdown(report);
        text.WriteHeader();
        text.WriteEvaluations();
        text.WriteTraining();
        text.WriteExamples();
        text.WriteWarnings();
        text.WriteConfiguration();
        text.WriteLineage();
        return text._text.ToString();
    }

    private void WriteHeader()
    {
        _text.Add($"# {_report.Name}: {ReportText.State(_report.State)}\n\nRun {_report.Run}, begun {FigureText.Time(_report.Created)}, {FigureText.Duration(_report.Duration)} in its stages, seed {_report.Seed.ToString(CultureInfo.InvariantCulture)}. ");
        _text.Add($"hone {_report.Program.ToString()} on {_report.Machine.System}, {_report.Machine.Architecture}, {_report.Machine.Processors} processors, {FigureText.Bytes(_report.Machine.MemoryBytes)} of memory, {_report.Machine.Runtime}.\n\n");
        if (_report.StateText.Length > 0)
        {
            _text.Add($"**{_report.StateText}** What follows is as far as it got.\n\n");
        }

        foreach (string note in _report.Notes)
        {
            _text.Add($"**Note:** {note}\n\n");
        }

        if (_report.Figures.Count > 0)
        {
            _text.Add($"| figure | value | |\n|---|---|---|\n");
            foreach (ReportFigure figure in _report.Figures)
            {
                _text.Add($"| {figure.Label} | {figure.Value} | {figure.Detail} |\n");
            }

            _text.Add($"\n");
        }
    }

    private void WriteEvaluations()
    {
        StageReport[] stages = [.. _report.Stages.Where(stage => stage.Evaluation is not null)];
        if (stages.Length == 0)
        {
            return;
        }

        _text.Add($"## Evaluations\n\n| stage | score | right | 95 % interval | unanswered | cut off | model | adapter | dataset |\n|---|---:|---:|---|---:|---:|---|---|---|\n");
        foreach (StageReport stage in stages)
        {
            EvaluationOutcome outcome = stage.Evaluation!; // stages holds those that have one
            EvaluationSummary? summary = outcome.Summary;
            string interval = outcome.Interval is { } known ? $"{FigureText.Percent(known.Low)} to {FigureText.Percent(known.High)}" : "";
            _text.Add($"| {stage.Name} | {FigureText.Percent(outcome.Value)} | {summary?.Right ?? outcome.Right} of {summary?.Count ?? outcome.Answers}{(summary is null ? ", not finished" : "")} | {interval} ");
            _text.Add($"| {(summary is null ? "" : FigureText.Count(summary.Unanswered))} | {(summary is null ? "" : FigureText.Count(summary.Truncated))} | {summary?.Model} | {summary?.Adapter ?? "none"} | {summary?.Dataset} |\n");
        }

        _text.Add($"\n");
        foreach (EvaluationChange change in _report.Changes)
        {
            PairedComparison comparison = change.Pairing.Comparison!; // changes hold pairs only
            _text.Add($"**{ComparisonText.Verdict(comparison, change.First, change.Second)}** {ComparisonText.Changes(comparison)}; interval by {comparison.Interval}.\n\n");
            foreach (string note in PairingText.Notes(change.Pairing, change.First, change.Second))
            {
                _text.Add($"{note}\n\n");
            }
        }
    }

    private void WriteTraining()
    {
        foreach (StageReport stage in _report.Stages.Where(TrainingHtml.IsShown))
        {
            _text.Add($"## {(ReportFigures.IsTraining(stage) ? "Training" : "Figures")}: {stage.Name}\n\n");
            if (stage.Series.Count > 0)
            {
                _text.Add($"| figure | first | last | lowest | highest | values |\n|---|---:|---:|---:|---:|---:|\n");
                foreach (MetricSeries series in stage.Series)
                {
                    string first = series.Points.Count > 0 ? FigureText.Number(series.Points[0].Mean) : "";
                    _text.Add($"| {FigureText.Words(series.Name)} | {first} | {Number(series.Last)} | {Number(series.Lowest)} | {Number(series.Highest)} | {series.Count}{(series.NonFinite > 0 ? $", {FigureText.Count(series.NonFinite)} not finite" : "")} |\n");
                }

                _text.Add($"\n");
            }

            if (stage.Data?.Lengths is { } lengths)
            {
                _text.Add($"Tokens an example: {lengths.Describe()}.\n\n| tokens | examples |\n|---|---:|\n");
                foreach (LengthInterval interval in lengths.Histogram)
                {
                    _text.Add($"| {FigureText.Count(interval.From)} to {FigureText.Count(interval.To)} | {FigureText.Count(interval.Count)} |\n");
                }

                _text.Add($"\n");
            }

            foreach (string warning in stage.Data?.CreateWarnings() ?? [])
            {
                _text.Add($"- {warning}\n");
            }

            _text.Add($"\n");
        }

        static string Number(double? value) => value is { } known ? FigureText.Number(known) : "";
    }

    private void WriteExamples()
    {
        bool isFirst = true;
        foreach (EvaluationChange change in _report.Changes)
        {
            foreach ((string title, IReadOnlyList<AnswerPair> pairs) in (ReadOnlySpan<(string, IReadOnlyList<AnswerPair>)>)[("gained", change.Pairing.Gained), ("lost", change.Pairing.Lost)])
            {
                foreach (AnswerPair pair in pairs)
                {
                    Begin(pair.First, title);
                    WriteAnswer(change.First, pair.First);
                    WriteAnswer(change.Second, pair.Second);
                }
            }
        }

        foreach (StageReport stage in _report.Stages.Where(stage => stage.Evaluation is not null && !_report.Changes.Any(change => change.First == stage.Name || change.Second == stage.Name)))
        {
            foreach (EvaluationRecord record in stage.Evaluation!.WrongExamples.Concat(stage.Evaluation.RightExamples)) // Where chose those that have one
            {
                Begin(record, "");
                WriteAnswer(stage.Name, record);
            }
        }

        void Begin(EvaluationRecord record, string title)
        {
            if (isFirst)
            {
                _text.Add($"## Examples\n\n");
                isFirst = false;
            }

            _text.Add($"### Question {record.Id}{(title.Length > 0 ? $": {title}" : "")}\n\n");
            foreach ((string role, string content) in PairingText.Prompt(record))
            {
                _text.Add($"{role}:\n\n");
                _text.AddBlock(ReportText.Cut(content));
            }

            _text.Add($"Reference: {ReportText.Cut(record.Reference)}\n\n");
        }
    }

    private void WriteAnswer(string stage, EvaluationRecord record)
    {
        _text.Add($"{stage}, **{PairingText.Score(record)}** ({record.Why}):\n\n");
        _text.AddBlock(ReportText.Cut(record.Output));
    }

    private void WriteWarnings()
    {
        if (_report.Warnings.Count == 0)
        {
            return;
        }

        _text.Add($"## Warnings\n\n");
        foreach (RecordedWarning warning in _report.Warnings)
        {
            _text.Add($"- {ReportText.Warning(warning)}\n");
        }

        _text.Add($"\n");
    }

    private void WriteConfiguration()
    {
        _text.Add($"## Configuration\n\n");
        if (_report.Recipe is { } recipe)
        {
            _text.AddBlock(recipe);
        }
        else
        {
            _text.Add($"The resolved recipe is missing.\n\n");
        }
    }

    private void WriteLineage()
    {
        _text.Add($"## Lineage\n\n| stage | type | state | attempts | last attempt |\n|---|---|---|---:|---:|\n");
        foreach (StageReport stage in _report.Stages)
        {
            _text.Add($"| {stage.Name} | {stage.Type} | {ReportText.State(stage.Record.Status)} | {(long)stage.Record.Attempts} | {(stage.Duration is { } duration ? FigureText.Duration(duration) : "")} |\n");
        }

        _text.Add($"\n| file | size | SHA-256 |\n|---|---:|---|\n");
        foreach (ArtifactRecord file in _report.RecipeFiles.Concat(_report.Stages.SelectMany(stage => stage.Record.Inputs.Concat(stage.Record.Artifacts))).DistinctBy(file => (file.Path, file.Sha256)))
        {
            _text.Add($"| {file.Path} | {FigureText.Bytes(file.SizeBytes)} | {file.Sha256} |\n");
        }
    }
}
