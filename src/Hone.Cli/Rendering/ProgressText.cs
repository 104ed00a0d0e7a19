using Hone.Core.Progress;

namespace Hone.Cli.Rendering;

/// <summary>Words the figures of a run the same way on every display.</summary>
internal static class ProgressText
{
    /// <summary>Gives <c>1,000 of 10,000 rows (10 %)</c>.</summary>
    public static string Done(StepCompleted step) => step.Total is { } total
        ? $"{step.Done:N0} of {total:N0} {step.Unit} ({100 * step.Done / Math.Max(1, total)} %)"
        : $"{step.Done:N0} {step.Unit}";

    /// <summary>Gives <c>52,310 rows/s</c>; empty until there is a rate.</summary>
    public static string Rate(RateEstimator rate, string unit) => rate.UnitsPerSecond switch
    {
        null => "",
        >= 100 and { } fast => $"{fast:N0} {unit}/s",
        { } slow => $"{slow:0.##} {unit}/s",
    };

    /// <summary>Gives <c>1:05</c> or <c>2:00:10</c>; empty until it can be estimated.</summary>
    public static string Remaining(RateEstimator rate, long? total) => rate.Remaining(total) is { } left
        ? left.TotalHours >= 1 ? $"{(long)left.TotalHours}:{left.Minutes:00}:{left.Seconds:00}" : $"{left.Minutes}:{left.Seconds:00}"
        : "";

    /// <summary>Gives <c>0.2 s</c> or <c>1:05</c>.</summary>
    public static string Duration(TimeSpan time) => time.TotalMinutes < 1 ? $"{time.TotalSeconds:0.0} s"
        : time.TotalHours < 1 ? $"{time.Minutes}:{time.Seconds:00}" : $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}";

    /// <summary>Gives <c>rows_read 10,000, rows_train 9,000</c>.</summary>
    public static string Counts(IReadOnlyDictionary<string, double> counts) => string.Join(", ", counts.Select(count => $"{count.Key} {count.Value:#,0.####}"));
}
