using Hone.Core.Errors;

namespace Hone.Pipelines.Reports;

/// <summary>Two runs side by side: their evaluations with tests, their recipes, the figures their stages ended with.</summary>
public sealed record RunComparison
{
    /// <summary>Layout version of the JSON form.</summary>
    public int Format { get; init; } = 1;

    /// <summary>Name of the first run's folder.</summary>
    public required string First { get; init; }

    /// <summary>Name of the second run's folder.</summary>
    public required string Second { get; init; }

    /// <summary>Evaluations that share questions.</summary>
    public required IReadOnlyList<ComparedEvaluation> Evaluations { get; init; }

    /// <summary>Values of the resolved recipes that differ; empty within one run.</summary>
    public required IReadOnlyList<ComparedValue> Recipe { get; init; }

    /// <summary>Figures that stages of the same name ended with; empty within one run.</summary>
    public required IReadOnlyList<ComparedValue> Figures { get; init; }

    /// <summary>What could not be read or compared.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Reads two runs; nothing is locked or changed.</summary>
    /// <param name="first">Folder of the first run.</param>
    /// <param name="firstStage">Its evaluation stage to compare; all that both runs have when not given.</param>
    /// <param name="second">Folder of the second run; it may be the first one.</param>
    /// <param name="secondStage">Its evaluation stage to compare.</param>
    /// <param name="shown">The most pairs of each kind that are kept with their texts.</param>
    /// <exception cref="HoneException">A run cannot be read, or the two have nothing in common that could be compared.</exception>
    public static RunComparison Read(string first, string? firstStage, string second, string? secondStage, int shown) =>
        new RunComparer(first, firstStage, second, secondStage, shown).Compare();

    /// <summary>Gives the comparison as JSON, for machines.</summary>
    public byte[] ToJson() => ReportJson.Write(this);
}
