using Hone.Core.Progress;

namespace Hone.Cli.Rendering;

/// <summary>Words the figures of a run the same way on every display.</summary>
internal static class ProgressText
{
    // How the figures of a training step are worded, in the order of their interest; others follow by their names.
    private static readonly (string Metric, Func<double, string> Text)[] s_figures =
    [
        ("loss", value => $"loss {Short(value)}"),
        ("validation_loss", value => $"validation loss {Short(value)}"),
        ("tokens_per_second", value => $"{value:#,0} tokens/s"),
        ("memory_mib", value => $"{value:#,0} MiB"),
        ("learning_rate", value => $"learning rate {Short(value)}"),
        ("grad_norm", value => $"gradient norm {Short(value)}"),
        ("epoch", value => $"epoch {value:0.00}"),
    ];

    private static readonly string[] s_hidden = ["tokens", "label_tokens", "validation_label_tokens"]; // of one step: the rate says it better

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

    /// <summary>Gives <c>loss 1.234, 180 tokens/s, 910 MiB</c>.</summary>
    public static string Figures(IReadOnlyDictionary<string, double> metrics)
    {
        IEnumerable<string> known = s_figures.Where(figure => metrics.ContainsKey(figure.Metric)).Select(figure => figure.Text(metrics[figure.Metric]));
        IEnumerable<string> others = metrics.Where(metric => !s_hidden.Contains(metric.Key) && !s_figures.Any(figure => figure.Metric == metric.Key)).Select(metric => $"{metric.Key} {metric.Value:#,0.####}");
        return string.Join(", ", known.Concat(others));
    }

    /// <summary>Gives <c>rows_read 10,000, rows_train 9,000</c>.</summary>
    public static string Counts(IReadOnlyDictionary<string, double> counts) => string.Join(", ", counts.Select(count => $"{count.Key} {count.Value:#,0.####}"));

    private static string Short(double value) => Math.Abs(value) is > 0 and < 1e-3 ? value.ToString("0.##e0") : value.ToString("#,0.####");
}
