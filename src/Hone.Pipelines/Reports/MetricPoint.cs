namespace Hone.Pipelines.Reports;

/// <summary>A figure over one or several steps that lie side by side.</summary>
/// <param name="FirstStep">The first of these steps.</param>
/// <param name="LastStep">The last of them.</param>
/// <param name="Count">How many values there are.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Lowest">The lowest.</param>
/// <param name="Highest">The highest.</param>
public readonly record struct MetricPoint(long FirstStep, long LastStep, long Count, double Mean, double Lowest, double Highest)
{
    /// <summary>Joins two neighbours.</summary>
    public static MetricPoint Join(MetricPoint left, MetricPoint right)
    {
        long count = left.Count + right.Count;
        double mean = left.Mean + ((right.Mean - left.Mean) * (right.Count / (double)count));
        return new MetricPoint(left.FirstStep, right.LastStep, count, mean, Math.Min(left.Lowest, right.Lowest), Math.Max(left.Highest, right.Highest));
    }
}
