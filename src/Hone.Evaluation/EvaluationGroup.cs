namespace Hone.Evaluation;

/// <summary>The result of the examples that share a property.</summary>
public sealed record EvaluationGroup
{
    /// <summary>The property, e.g. <c>skill</c>.</summary>
    public required string Key { get; init; }

    /// <summary>Its value in this group.</summary>
    public required string Value { get; init; }

    /// <summary>Number of examples.</summary>
    public required int Count { get; init; }

    /// <summary>How many of them were answered rightly.</summary>
    public required int Right { get; init; }

    /// <summary>Share of right answers, 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>Lower end of the share's confidence interval.</summary>
    public required double Low { get; init; }

    /// <summary>Upper end of the share's confidence interval.</summary>
    public required double High { get; init; }
}
