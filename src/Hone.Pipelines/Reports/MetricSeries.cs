namespace Hone.Pipelines.Reports;

/// <summary>How one figure of a stage changed over its steps.</summary>
/// <param name="Name">Name of the figure in <c>metrics.jsonl</c>.</param>
/// <param name="Unit">What the steps count.</param>
/// <param name="Points">The values in the order of their steps; several steps a point where there are many.</param>
/// <param name="StepsPerPoint">The most values that a point stands for; 1 where every value is shown.</param>
/// <param name="Last">The last finite value.</param>
/// <param name="NonFinite">How many values are infinite or no number; they are in no point.</param>
/// <param name="NonFiniteSteps">The first steps that have such values.</param>
public sealed record MetricSeries(
    string Name, string Unit, IReadOnlyList<MetricPoint> Points, long StepsPerPoint, double? Last, long NonFinite, IReadOnlyList<long> NonFiniteSteps)
{
    /// <summary>Number of finite values.</summary>
    public long Count => Points.Sum(point => point.Count);

    /// <summary>Mean of the finite values; <see langword="null"/> where there is none.</summary>
    public double? Mean => Count == 0 ? null : Points.Sum(point => point.Mean * point.Count) / Count;

    /// <summary>Lowest finite value; <see langword="null"/> where there is none.</summary>
    public double? Lowest => Points.Count == 0 ? null : Points.Min(point => point.Lowest);

    /// <summary>Highest finite value; <see langword="null"/> where there is none.</summary>
    public double? Highest => Points.Count == 0 ? null : Points.Max(point => point.Highest);
}
