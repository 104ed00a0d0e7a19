using System.Text.Json;
using Hone.Core.Progress;

namespace Hone.Cli.Rendering;

/// <summary>Writes a run's events as one JSON object a line.</summary>
internal sealed class JsonProgress(TextWriter writer) : IProgressSink
{
    /// <inheritdoc/>
    public void Report(ProgressEvent progress)
    {
        writer.WriteLine(JsonLine.Write(json =>
        {
            json.WriteString("event", progress.Name);
            json.WriteString("time", progress.Time.UtcDateTime);
            WriteDetails(json, progress);
        }));
        writer.Flush();
    }

    private static void WriteDetails(Utf8JsonWriter json, ProgressEvent progress)
    {
        switch (progress)
        {
            case RunStarted run:
                json.WriteString("folder", run.Folder);
                WriteTexts(json, "stages", run.Stages);
                break;
            case StageStarted stage:
                WriteStage(json, stage.Stage, stage.Index, stage.Count);
                break;
            case StageSkipped stage:
                WriteStage(json, stage.Stage, stage.Index, stage.Count);
                json.WriteNumber("artifacts", stage.Artifacts);
                break;
            case StepCompleted step:
                WriteStep(json, step);
                break;
            case StageCompleted stage:
                json.WriteString("stage", stage.Stage);
                json.WriteNumber("seconds", stage.Duration.TotalSeconds);
                WriteNumbers(json, "counts", stage.Counts);
                WriteTexts(json, "artifacts", stage.Artifacts);
                break;
            case StageFailed stage:
                json.WriteString("stage", stage.Stage);
                json.WriteString("error", stage.Error);
                break;
            case RunCompleted run:
                json.WriteString("folder", run.Folder);
                json.WriteNumber("seconds", run.Duration.TotalSeconds);
                break;
            case RunCancelled run:
                json.WriteString("folder", run.Folder);
                json.WriteString("stage", run.Stage);
                break;
            case WarningRaised warning:
                json.WriteString("message", warning.Message);
                break;
            default:
                throw new ArgumentException($"{progress.GetType().Name} has no JSON form.", nameof(progress));
        }
    }

    private static void WriteStage(Utf8JsonWriter json, string stage, int index, int count)
    {
        json.WriteString("stage", stage);
        json.WriteNumber("index", index);
        json.WriteNumber("count", count);
    }

    private static void WriteStep(Utf8JsonWriter json, StepCompleted step)
    {
        json.WriteString("stage", step.Stage);
        json.WriteNumber("done", step.Done);
        if (step.Total is { } total)
        {
            json.WriteNumber("total", total);
        }

        json.WriteString("unit", step.Unit);
        WriteNumbers(json, "metrics", step.Metrics);
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, double> values)
    {
        json.WriteStartObject(name);
        foreach ((string key, double value) in values)
        {
            if (double.IsFinite(value))
            {
                json.WriteNumber(key, value);
            }
            else
            {
                json.WriteString(key, value.ToString("R")); // JSON has no infinities or NaN; as text they stay visible
            }
        }

        json.WriteEndObject();
    }
}
