using System.Globalization;

namespace Hone.Pipelines.Reports;

/// <summary>Words figures the same way in every report.</summary>
internal static class FigureText
{
    private static readonly string[] s_bytes = ["B", "kB", "MB", "GB", "TB"];

    /// <summary>Gives <c>12,345</c>.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Gives four significant digits: <c>0.1234</c>, <c>12.34</c>, <c>12,345</c>, <c>2e-4</c>.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
        }

        double size = Math.Abs(value);
        string text = size switch
        {
            0 => "0",
            < 1e-3 or >= 1e7 => value.ToString("0.###e0", CultureInfo.InvariantCulture),
            < 1 => value.ToString("0.####", CultureInfo.InvariantCulture),
            < 10 => value.ToString("0.###", CultureInfo.InvariantCulture),
            < 100 => value.ToString("0.##", CultureInfo.InvariantCulture),
            < 1000 => value.ToString("0.#", CultureInfo.InvariantCulture),
            _ => value.ToString("#,0", CultureInfo.InvariantCulture),
        };
        return WithMinus(text);
    }

    /// <summary>Gives <c>77.8 %</c>.</summary>
    public static string Percent(double share) => $"{WithMinus((100 * share).ToString("0.0", CultureInfo.InvariantCulture))} %";

    /// <summary>Gives the difference of two shares in points of a hundred, with its sign: <c>+12.5</c>.</summary>
    public static string Points(double difference) => WithMinus((100 * difference).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture));

    /// <summary>Gives a difference with its sign.</summary>
    public static string Signed(double difference) => difference > 0 ? $"+{Number(difference)}" : Number(difference);

    /// <summary>Gives <c>p = 0.012</c> or <c>p &lt; 0.0001</c>.</summary>
    public static string PValue(double value) => value < 1e-4 ? "p < 0.0001" : $"p = {value.ToString(value < 0.01 ? "0.0000" : "0.000", CultureInfo.InvariantCulture)}";

    /// <summary>Gives <c>0.2 s</c>, <c>1 min 5 s</c> or <c>2 h 10 min</c>.</summary>
    public static string Duration(TimeSpan time) => time.TotalSeconds < 59.95 ? $"{time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s"
        : time.TotalMinutes < 60 ? $"{(int)time.TotalMinutes} min {time.Seconds} s"
        : $"{(long)time.TotalHours} h {time.Minutes} min";

    /// <summary>Gives <c>2026-01-02 03:04:05 UTC</c>.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>Gives a size in powers of ten: <c>5.5 MB</c>.</summary>
    public static string Bytes(double bytes)
    {
        int unit = 0;
        while (bytes >= 999.5 && unit < s_bytes.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }

        return $"{bytes.ToString(unit == 0 || bytes >= 99.95 ? "0" : "0.0", CultureInfo.InvariantCulture)} {s_bytes[unit]}";
    }

    /// <summary>Gives a coordinate of a drawing.</summary>
    public static string Coordinate(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Gives a figure's name as words: <c>validation loss</c>.</summary>
    public static string Words(string name) => name.Replace('_', ' ');

    private static string WithMinus(string text) => text.StartsWith('-') ? $"−{text[1..]}" : text;
}
