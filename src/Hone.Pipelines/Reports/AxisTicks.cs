namespace Hone.Pipelines.Reports;

/// <summary>Round numbers along an axis.</summary>
internal static class AxisTicks
{
    private static readonly double[] s_steps = [1, 2, 2.5, 5, 10];

    /// <summary>Chooses round numbers that enclose a range: multiples of 1, 2, 2.5 or 5 times a power of ten.</summary>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end, at least <paramref name="low"/>.</param>
    /// <param name="intervals">About how many intervals there should be.</param>
    /// <param name="wholeOnly">Whether the axis counts things.</param>
    public static double[] Enclosing(double low, double high, int intervals, bool wholeOnly = false)
    {
        if (!(high > low))
        {
            double margin = low == 0 || wholeOnly ? 1 : Math.Abs(low) * 0.1;
            (low, high) = (low - (wholeOnly ? 0 : margin), high + margin);
        }

        double step = StepFor((high - low) / intervals);
        step = wholeOnly ? Math.Max(1, Math.Ceiling(step)) : step;
        double first = Math.Floor((low / step) + 1e-9), last = Math.Ceiling((high / step) - 1e-9);
        var ticks = new double[(int)(last - first) + 1];
        for (int i = 0; i < ticks.Length; i++)
        {
            ticks[i] = (first + i) * step;
        }

        return ticks;
    }

    /// <summary>Chooses round numbers that lie within a range.</summary>
    public static double[] Within(double low, double high, int intervals, bool wholeOnly = false) =>
        [.. Enclosing(low, high, intervals, wholeOnly).Where(tick => tick >= low && tick <= high)];

    private static double StepFor(double width)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(width)));
        return power * s_steps.First(step => (step * power) >= width * (1 - 1e-9)); // 10 is always enough
    }
}
