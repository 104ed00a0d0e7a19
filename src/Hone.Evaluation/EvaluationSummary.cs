using Hone.Evaluation.Statistics;

namespace Hone.Evaluation;

/// <summary>The result of an evaluation: <c>evaluation.json</c>.</summary>
public sealed record EvaluationSummary
{
    private const string Accuracy = "accuracy";
    private const string Wilson = "wilson";
    private const double Confidence95 = 0.95;

    /// <summary>What <see cref="Value"/> is: <c>accuracy</c>, the share of right answers.</summary>
    public required string Metric { get; init; }

    /// <summary>Number of examples.</summary>
    public required int Count { get; init; }

    /// <summary>How many of them were answered rightly.</summary>
    public required int Right { get; init; }

    /// <summary>Share of right answers, 0 to 1.</summary>
    public required double Value { get; init; }

    /// <summary>How often intervals made in this way hold the true share, 0 to 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>Lower end of the confidence interval.</summary>
    public required double Low { get; init; }

    /// <summary>Upper end of the confidence interval.</summary>
    public required double High { get; init; }

    /// <summary>How the interval was computed: <c>wilson</c>.</summary>
    public required string Interval { get; init; }

    /// <summary>Results by the values of the rows' tags, sorted by key and value.</summary>
    public required IReadOnlyList<EvaluationGroup> Groups { get; init; }

    /// <summary>Outputs in which no answer was found; they count as wrong.</summary>
    public required int Unanswered { get; init; }

    /// <summary>Outputs that were cut off; they are graded as they are.</summary>
    public required int Truncated { get; init; }

    /// <summary>The model, as the recipe names it, or <c>STAGE/NAME</c> for one that the run made.</summary>
    public required string Model { get; init; }

    /// <summary>The adapter on it, if any, named in the same way.</summary>
    public required string? Adapter { get; init; }

    /// <summary>The data file, as the recipe names it, or <c>STAGE/NAME</c>.</summary>
    public required string Dataset { get; init; }

    /// <summary>Adds graded answers up.</summary>
    /// <param name="records">The answers, at least one.</param>
    /// <param name="model">See <see cref="Model"/>.</param>
    /// <param name="adapter">See <see cref="Adapter"/>.</param>
    /// <param name="dataset">See <see cref="Dataset"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no answers.</exception>
    public static EvaluationSummary Create(IReadOnlyList<EvaluationRecord> records, string model, string? adapter, string dataset)
    {
        ArgumentNullException.ThrowIfNull(records);
        int right = records.Count(record => record.IsRight());
        ProportionInterval interval = ProportionInterval.Wilson(right, records.Count);
        return new EvaluationSummary
        {
            Metric = Accuracy,
            Count = records.Count,
            Right = right,
            Value = right / (double)records.Count,
            Confidence = Confidence95,
            Low = interval.Low,
            High = interval.High,
            Interval = Wilson,
            Groups =
            [
                .. records
                    .SelectMany(record => record.Tags, (record, tag) => (Tag: tag, Record: record))
                    .GroupBy(tagged => tagged.Tag, tagged => tagged.Record)
                    .OrderBy(group => group.Key.Key, StringComparer.Ordinal).ThenBy(group => group.Key.Value, StringComparer.Ordinal)
                    .Select(group => CreateGroup(group.Key.Key, group.Key.Value, [.. group])),
            ],
            Unanswered = records.Count(record => record.Extracted is null),
            Truncated = records.Count(record => record.IsTruncated()),
            Model = model,
            Adapter = adapter,
            Dataset = dataset,
        };
    }

    private static EvaluationGroup CreateGroup(string key, string value, IReadOnlyList<EvaluationRecord> records)
    {
        int right = records.Count(record => record.IsRight());
        ProportionInterval interval = ProportionInterval.Wilson(right, records.Count);
        return new EvaluationGroup { Key = key, Value = value, Count = records.Count, Right = right, Share = right / (double)records.Count, Low = interval.Low, High = interval.High };
    }
}
