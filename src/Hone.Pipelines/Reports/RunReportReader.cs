using System.Text;
using System.Text.Json;
using Hone.Core.Errors;
using Hone.Core.Recipes;
using Hone.Core.Runs;
using Hone.Data.Datasets;
using Hone.Training;

namespace Hone.Pipelines.Reports;

/// <summary>Reads a run's folder: what is missing or broken in it becomes a note, not a failure; only the manifest is needed.</summary>
internal sealed class RunReportReader(string folder)
{
    private const int MaxFileBytes = 4 << 20; // of files that Hone writes with a few kilobytes
    private const int MaxWarnings = 200;

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly List<string> _notes = [];

    public RunReport Read()
    {
        if (File.Exists(folder))
        {
            throw new RunFolderException("A report is made from the folder of a run.", folder, "this is a file", "give the folder that hone run printed");
        }

        RunManifest manifest = RunManifest.Load(folder);
        string? recipe = ReadSmall(Path.Combine(folder, RunFolder.RecipeName), RunFolder.RecipeName) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
        Dictionary<string, string> values = ReadValues(recipe);
        MetricsReader metrics = MetricsReader.Read(Path.Combine(folder, RunFolder.MetricsName), RunFolder.MetricsName);
        _notes.AddRange(metrics.Notes);
        StageReport[] stages = [.. manifest.Stages.Select(stage => ReadStage(stage, values, metrics))];
        (RunState state, string text) = StateOf(stages, RunFolder.IsInUse(folder));
        IReadOnlyList<EvaluationChange> changes = EvaluationChanges.Find(folder, stages, _notes);
        return new RunReport
        {
            Run = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
            Name = manifest.Name,
            State = state,
            StateText = text,
            Created = manifest.Created,
            Duration = stages.Aggregate(TimeSpan.Zero, (sum, stage) => sum + (stage.Duration ?? TimeSpan.Zero)),
            Program = manifest.Program,
            Machine = manifest.Machine,
            Seed = manifest.Seed,
            Figures = ReportFigures.Of(stages, changes),
            Stages = stages,
            Changes = changes,
            Warnings = ReadWarnings(),
            RecipeFiles = manifest.RecipeFiles,
            Recipe = recipe,
            Notes = _notes,
        };
    }

    private static (RunState State, string Text) StateOf(StageReport[] stages, bool isInUse)
    {
        if (stages.FirstOrDefault(stage => stage.Record.Status is not (StageStatus.Done or StageStatus.Pending)) is { } open)
        {
            string at = open.LastStep is { } step ? $" after {FigureText.Count(step)} {(open.Series.Count > 0 ? open.Series[0].Unit : "steps")}" : "";
            return open.Record.Status switch
            {
                StageStatus.Failed => (RunState.Failed, $"Stage '{open.Name}' failed{at}: {open.Record.Error ?? "the reason was not recorded"}"),
                StageStatus.Cancelled => (RunState.Cancelled, $"Stage '{open.Name}' was stopped on request{at}."),
                _ when isInUse => (RunState.Running, $"Stage '{open.Name}' is running{at}."),
                _ => (RunState.Interrupted, $"The process ended while stage '{open.Name}' was running{at}."),
            };
        }

        string[] pending = [.. stages.Where(stage => stage.Record.Status == StageStatus.Pending).Select(stage => $"'{stage.Name}'")];
        return pending.Length == 0 ? (RunState.Done, "")
            : pending.Length == stages.Length ? (isInUse ? RunState.Running : RunState.NotStarted, "No stage has begun.")
            : (isInUse ? RunState.Running : RunState.Partial, $"Not begun: {string.Join(", ", pending)}.");
    }

    private StageReport ReadStage(StageRecord record, Dictionary<string, string> values, MetricsReader metrics)
    {
        string? stageFolder = FolderOf(record.Name);
        return new StageReport
        {
            Record = record,
            Type = values.GetValueOrDefault($"stages.{record.Name}.type", ""),
            Duration = record.Started is { } started && (record.Finished ?? metrics.LastTimeOf(record.Name)) is { } ended && ended >= started ? ended - started : null,
            LastStep = metrics.LastStepOf(record.Name),
            Series = metrics.SeriesOf(record.Name),
            Data = ReadJson(stageFolder, "data-report.json", bytes => DataReport.FromJson(bytes)),
            Training = ReadJson(stageFolder, "training.json", bytes => JsonSerializer.Deserialize<TrainingResult>(bytes, s_json)),
            Evaluation = stageFolder is null ? null : EvaluationOutcome.Read(stageFolder, record.Name, _notes),
        };
    }

    /// <summary>Names of stages come from a file: one that would lead elsewhere is not followed.</summary>
    private string? FolderOf(string stage)
    {
        if (stage.Length == 0 || stage is "." or ".." || stage.AsSpan().IndexOfAny('/', '\\', '\0') >= 0)
        {
            _notes.Add($"the stage '{stage}' has no name that a folder can have");
            return null;
        }

        string path = Path.Combine(folder, RunFolder.StagesName, stage);
        return Directory.Exists(path) ? path : null;
    }

    private T? ReadJson<T>(string? stageFolder, string name, Func<byte[], T?> read)
        where T : class
    {
        string path = Path.Combine(stageFolder ?? "", name);
        if (stageFolder is null || !File.Exists(path))
        {
            return null;
        }

        string label = $"{Path.GetFileName(stageFolder)}/{name}";
        try
        {
            return ReadSmall(path, label) is { } bytes ? read(bytes) : null;
        }
        catch (JsonException e)
        {
            _notes.Add($"{label} cannot be read: {e.Message}");
            return null;
        }
    }

    private byte[]? ReadSmall(string path, string label)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length <= MaxFileBytes)
            {
                byte[] bytes = new byte[file.Length];
                file.ReadExactly(bytes);
                return bytes;
            }

            _notes.Add($"{label} is left out: it has {FigureText.Bytes(file.Length)}, at most {FigureText.Bytes(MaxFileBytes)} are read");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _notes.Add($"{label} cannot be read: {e.Message}");
        }

        return null;
    }

    private Dictionary<string, string> ReadValues(string? recipe)
    {
        try
        {
            return recipe is null ? [] : RecipeValues.Read(RunFolder.RecipeName, recipe).ToDictionary(StringComparer.Ordinal);
        }
        catch (HoneException e)
        {
            _notes.Add($"{RunFolder.RecipeName} cannot be read: {e.What}");
            return [];
        }
    }

    private RecordedWarning[] ReadWarnings()
    {
        string path = Path.Combine(folder, RunFolder.WarningsName);
        var counts = new OrderedDictionary<(string? Stage, string Message), long>();
        long others = 0;
        if (!File.Exists(path))
        {
            return [];
        }

        var lines = new LogLines();
        try
        {
            lines.Read(path, Take);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _notes.Add($"{RunFolder.WarningsName} cannot be read: {e.Message}");
        }

        _notes.AddRange(lines.Notes(RunFolder.WarningsName));
        if (others > 0)
        {
            _notes.Add($"{RunFolder.WarningsName}: {FigureText.Count(others)} more warnings than the {MaxWarnings} that are listed");
        }

        return [.. counts.Select(entry => new RecordedWarning(entry.Key.Stage, entry.Key.Message, entry.Value))];

        bool Take(ReadOnlyMemory<byte> line)
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(line);
                JsonElement root = document.RootElement;
                string? stage = root.TryGetProperty("stage", out JsonElement name) ? name.GetString() : null;
                string message = root.GetProperty("message").GetString() ?? "";
                if (counts.ContainsKey((stage, message)) || counts.Count < MaxWarnings)
                {
                    counts[(stage, message)] = counts.GetValueOrDefault((stage, message)) + 1;
                }
                else
                {
                    others++;
                }

                return true;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                return false;
            }
        }
    }
}
