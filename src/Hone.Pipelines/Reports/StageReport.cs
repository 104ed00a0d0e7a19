using Hone.Core.Runs;
using Hone.Data.Datasets;
using Hone.Training;

namespace Hone.Pipelines.Reports;

/// <summary>What a run's folder says about one stage.</summary>
public sealed record StageReport
{
    /// <summary>State, counts, inputs and artifacts.</summary>
    public required StageRecord Record { get; init; }

    /// <summary>Type of the stage in the recipe; empty where the recipe cannot be read.</summary>
    public required string Type { get; init; }

    /// <summary>How long its last attempt took; up to its last sign of life where it did not end.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The furthest step it reported.</summary>
    public long? LastStep { get; init; }

    /// <summary>Its figures over its steps.</summary>
    public IReadOnlyList<MetricSeries> Series { get; init; } = [];

    /// <summary>What became of the rows of its training data.</summary>
    public DataReport? Data { get; init; }

    /// <summary>How its training ended.</summary>
    public TrainingResult? Training { get; init; }

    /// <summary>Its answers to questions, and what they scored.</summary>
    public EvaluationOutcome? Evaluation { get; init; }

    /// <summary>The stage's name.</summary>
    public string Name => Record.Name;

    /// <summary>Finds a figure over the steps.</summary>
    public MetricSeries? Find(string name) => Series.FirstOrDefault(series => series.Name == name);
}
