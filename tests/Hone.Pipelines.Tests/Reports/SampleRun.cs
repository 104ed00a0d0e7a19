using System.Text.Json;
using Hone.Core.Runs;
using Hone.Evaluation;

namespace Hone.Pipelines.Tests.Reports;

/// <summary>Writes the folder of a run by hand, file by file, as a run leaves it.</summary>
internal sealed class SampleRun : IDisposable
{
    public static readonly DateTimeOffset Begin = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly string _root = Directory.CreateTempSubdirectory("hone-report-").FullName;
    private readonly List<StageRecord> _stages = [];

    public SampleRun(string name = "demo")
    {
        Name = name;
        Folder = Path.Combine(_root, "20260102-030405-demo");
        Directory.CreateDirectory(Folder);
        Write("recipe.resolved.yaml", $"name: {JsonSerializer.Serialize(name)}\nstages:\n  before:\n    type: evaluate\n  train:\n    type: sft\n    batch:\n      rows: 8\n  after:\n    type: evaluate\n");
    }

    public string Name { get; }

    public string Folder { get; }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    public string Write(string path, string text)
    {
        string full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    public SampleRun Stage(string name, StageStatus status = StageStatus.Done, string? error = null, params (string Name, double Value)[] counts)
    {
        _stages.Add(new StageRecord
        {
            Name = name,
            Status = status,
            Attempts = status == StageStatus.Pending ? 0 : 1,
            Started = status == StageStatus.Pending ? null : Begin,
            Finished = status is StageStatus.Pending or StageStatus.Running ? null : Begin.AddSeconds(90),
            Counts = counts.ToDictionary(count => count.Name, count => count.Value),
            Artifacts = status == StageStatus.Done ? [new ArtifactRecord($"stages/{name}/thing.bin", 5_500_000, new string('a', 64))] : [],
            Error = error,
        });
        return this;
    }

    /// <summary>Writes the manifest of the stages added so far.</summary>
    public SampleRun Save()
    {
        string stages = string.Join(",\n", _stages.Select(stage => JsonSerializer.Serialize(stage, s_json)));
        Write("manifest.json", $$"""
            {"format": 1, "name": {{JsonSerializer.Serialize(Name)}}, "seed": 42, "created": "2026-01-02T03:04:05+00:00",
             "program": {"version": "0.1.0", "commit": null},
             "machine": {"system": "Test OS", "architecture": "x64", "processors": 2, "memory_bytes": 8000000000, "runtime": ".NET 10"},
             "recipe_sha256": "00", "recipe_files": [{"path": "demo.yaml", "size_bytes": 120, "sha256": "{{new string('b', 64)}}"}],
             "stages": [{{stages}}]}
            """);
        return this;
    }

    public SampleRun Answers(string stage, params (string Id, double Score, string Output)[] answers)
    {
        EvaluationRecord[] records = [.. answers.Select(answer => Answer(answer.Id, answer.Score, answer.Output))];
        Write($"stages/{stage}/answers.jsonl", string.Concat(records.Select(record => System.Text.Encoding.UTF8.GetString(EvaluationFiles.Write(record)) + "\n")));
        Write($"stages/{stage}/evaluation.json", System.Text.Encoding.UTF8.GetString(EvaluationFiles.Write(EvaluationSummary.Create(records, "models/tiny", stage == "after" ? "train/adapter" : null, "held_out.jsonl"))));
        return this;
    }

    public SampleRun Metrics(params string[] lines)
    {
        Write("metrics.jsonl", string.Concat(lines.Select(line => line + "\n")));
        return this;
    }

    public static string Step(int step, double loss, int attempt = 1, string stage = "train") =>
        $$"""{"time":"2026-01-02T03:04:{{5 + (step % 50):00}}Z","stage":"{{stage}}","attempt":{{attempt}},"done":{{step}},"unit":"steps","loss":{{JsonSerializer.Serialize(loss)}},"grad_norm":1.5,"learning_rate":0.0002,"tokens_per_second":180,"memory_mib":900}""";

    public static EvaluationRecord Answer(string id, double score, string output) => new()
    {
        Id = id,
        Messages = JsonSerializer.SerializeToElement(new[] { new { role = "user", content = $"Question {id}?" } }),
        Reference = "12",
        Output = output,
        Extracted = "12",
        Score = score,
        Why = score >= 1 ? "equal" : "12 was expected",
        Tags = new Dictionary<string, string> { ["skill"] = "two_step" },
        PromptTokens = 10,
        OutputTokens = 5,
        Finish = "stop",
    };

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } };
}
