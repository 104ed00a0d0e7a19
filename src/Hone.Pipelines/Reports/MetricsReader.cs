using System.Globalization;
using System.Text.Json;

namespace Hone.Pipelines.Reports;

/// <summary>Reads <c>metrics.jsonl</c> into the series of each stage, in memory that does not grow with the file.</summary>
internal sealed class MetricsReader
{
    private const int MaxSeries = 64; // of a stage; names come from a file

    private static readonly string[] s_keys = ["time", "stage", "attempt", "done", "unit"];

    private readonly Dictionary<string, StageMetrics> _stages = new(StringComparer.Ordinal);

    /// <summary>What could not be read.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Reads a file; a file that does not exist has no metrics.</summary>
    public static MetricsReader Read(string path, string name)
    {
        var reader = new MetricsReader();
        if (!File.Exists(path))
        {
            return reader;
        }

        var lines = new LogLines();
        try
        {
            lines.Read(path, reader.Take);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reader.Notes.Add($"{name} cannot be read: {e.Message}");
        }

        reader.Notes.AddRange(lines.Notes(name));
        foreach ((string stage, StageMetrics metrics) in reader._stages)
        {
            if (metrics.LeftOut > 0)
            {
                reader.Notes.Add($"{name}: stage {stage} has more than {MaxSeries} figures; {metrics.LeftOut:N0} values of others are left out");
            }
        }

        return reader;
    }

    /// <summary>The series of a stage in the order in which they appear.</summary>
    public IReadOnlyList<MetricSeries> SeriesOf(string stage) =>
        _stages.TryGetValue(stage, out StageMetrics? metrics) ? [.. metrics.Series.Values.Select(series => series.Build(metrics.Unit))] : [];

    /// <summary>When a stage last wrote a line.</summary>
    public DateTimeOffset? LastTimeOf(string stage) => _stages.GetValueOrDefault(stage)?.LastTime;

    /// <summary>The furthest step of a stage.</summary>
    public long? LastStepOf(string stage) => _stages.GetValueOrDefault(stage)?.LastStep;

    private bool Take(ReadOnlyMemory<byte> line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("stage", out JsonElement stage) || stage.ValueKind != JsonValueKind.String
                || !root.TryGetProperty("done", out JsonElement done) || done.ValueKind != JsonValueKind.Number || !done.TryGetInt64(out long step))
            {
                return false;
            }

            if (!_stages.TryGetValue(stage.GetString()!, out StageMetrics? metrics)) // a JSON string, as was checked
            {
                _stages.Add(stage.GetString()!, metrics = new StageMetrics());
            }

            metrics.Take(root, step);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false; // InvalidOperationException: text with half a surrogate pair
        }
    }

    private sealed class StageMetrics
    {
        private long _attempt;

        public Dictionary<string, MetricSeriesBuilder> Series { get; } = new(StringComparer.Ordinal);

        public string Unit { get; private set; } = "steps";

        public DateTimeOffset? LastTime { get; private set; }

        public long? LastStep { get; private set; }

        public long LeftOut { get; private set; }

        public void Take(JsonElement root, long step)
        {
            long attempt = root.TryGetProperty("attempt", out JsonElement number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out long value) ? value : _attempt;
            if (attempt != _attempt)
            {
                _attempt = attempt;
                foreach (MetricSeriesBuilder series in Series.Values)
                {
                    series.ForgetFrom(step);
                }
            }

            Unit = root.TryGetProperty("unit", out JsonElement unit) && unit.ValueKind == JsonValueKind.String ? unit.GetString()! : Unit;
            LastTime = root.TryGetProperty("time", out JsonElement time) && time.ValueKind == JsonValueKind.String && time.TryGetDateTimeOffset(out DateTimeOffset moment) ? moment : LastTime;
            LastStep = step;
            foreach (JsonProperty property in root.EnumerateObject())
            {
                if (!s_keys.Contains(property.Name) && ValueOf(property.Value) is { } figure)
                {
                    Add(property.Name, step, figure);
                }
            }
        }

        private void Add(string name, long step, double value)
        {
            if (!Series.TryGetValue(name, out MetricSeriesBuilder? series))
            {
                if (Series.Count == MaxSeries)
                {
                    LeftOut++;
                    return;
                }

                Series.Add(name, series = new MetricSeriesBuilder(name));
            }

            series.Add(step, value);
        }

        // The run writes values that JSON has no number for as text.
        private static double? ValueOf(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetDouble(out double number) => number,
            JsonValueKind.String when double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => number,
            _ => null,
        };
    }
}
