using Hone.Core.Recipes;
using Hone.Core.Stages;

namespace Hone.Cli.Rendering;

/// <summary>Writes what a run would do: every resolved value with its origin, the files of each stage, and what it is expected to take. The text is itself YAML.</summary>
internal static class DryRunText
{
    /// <summary>Writes the plan.</summary>
    public static void Write(RunPlan plan, string folder, TextWriter writer)
    {
        writer.Write(RecipePrinter.PrintWithOrigins(plan.Recipe.Resolved));
        writer.WriteLine();
        writer.WriteLine($"# would write {folder.Replace('\\', '/')}/");
    }

    /// <summary>Writes what a stage would make and take.</summary>
    public static void WriteStage(RunPlan plan, PlannedStage stage, DryRunEstimate estimate, TextWriter writer)
    {
        writer.WriteLine($"#   {stage.Index}/{plan.StageCount} {stage.Name}: {string.Join(", ", stage.Stage.Outputs)}");
        if (estimate.Reason is { } reason)
        {
            writer.WriteLine($"#       no estimate: {reason}");
        }

        if (estimate.Estimate is { } known)
        {
            writer.WriteLine($"#       {string.Join(", ", known.Counts.Select(count => $"{count.Key} {count.Value:#,0.##}"))}");
            writer.WriteLine($"#       expected: {Duration(known.Time)}, at most {SizeText.Bytes(known.PeakBytes)} of memory");
            writer.WriteLine($"#       ({known.Basis})");
        }
    }

    /// <summary>Writes one JSON object.</summary>
    public static string WriteJson(RunPlan plan, string folder, IReadOnlyList<(PlannedStage Stage, DryRunEstimate Estimate)> stages) => JsonLine.Write(json =>
    {
        json.WriteString("recipe", plan.Recipe.Recipe.Name);
        json.WriteString("folder", folder.Replace('\\', '/'));
        json.WriteStartArray("stages");
        foreach ((PlannedStage stage, DryRunEstimate estimate) in stages)
        {
            json.WriteStartObject();
            json.WriteString("name", stage.Name);
            json.WriteNumber("index", stage.Index);
            json.WriteStartArray("outputs");
            foreach (string output in stage.Stage.Outputs)
            {
                json.WriteStringValue(output);
            }

            json.WriteEndArray();
            if (estimate.Reason is { } reason)
            {
                json.WriteString("no_estimate", reason);
            }

            if (estimate.Estimate is { } known)
            {
                json.WriteStartObject("estimate");
                foreach ((string name, double value) in known.Counts)
                {
                    json.WriteNumber(name, value);
                }

                json.WriteNumber("seconds", Math.Round(known.Time.TotalSeconds, 3));
                json.WriteNumber("peak_bytes", known.PeakBytes);
                json.WriteString("basis", known.Basis);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static string Duration(TimeSpan time) => time.TotalMinutes < 1 ? $"{Math.Max(1, time.TotalSeconds):0} s"
        : time.TotalHours < 1 ? $"{time.Minutes} min {time.Seconds:00} s"
        : time.TotalDays < 1 ? $"{time.Hours} h {time.Minutes:00} min"
        : $"{time.Days} d {time.Hours} h";
}
