using Hone.Core.Runs;

namespace Hone.Pipelines.Reports;

/// <summary>What a run's folder says about the run; made from the folder alone, the same for the same files.</summary>
public sealed record RunReport
{
    /// <summary>Layout version of the JSON form.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Layout version of the JSON form.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Name of the run's folder.</summary>
    public required string Run { get; init; }

    /// <summary>Name of the recipe.</summary>
    public required string Name { get; init; }

    /// <summary>How the run stands.</summary>
    public required RunState State { get; init; }

    /// <summary>What the state means for this run, in a sentence; empty for one that is done.</summary>
    public required string StateText { get; init; }

    /// <summary>When the run was created.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Time of the last attempts of all stages together.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Version of the program that created it.</summary>
    public required ProductVersion Program { get; init; }

    /// <summary>The machine it was created on.</summary>
    public required MachineFacts Machine { get; init; }

    /// <summary>The seed of every random stream.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The figures that a reader looks for first.</summary>
    public required IReadOnlyList<ReportFigure> Figures { get; init; }

    /// <summary>The stages in order.</summary>
    public required IReadOnlyList<StageReport> Stages { get; init; }

    /// <summary>Evaluations of the same questions, compared.</summary>
    public required IReadOnlyList<EvaluationChange> Changes { get; init; }

    /// <summary>The run's warnings.</summary>
    public required IReadOnlyList<RecordedWarning> Warnings { get; init; }

    /// <summary>What of the folder could not be read.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The recipe files it was resolved from.</summary>
    public required IReadOnlyList<ArtifactRecord> RecipeFiles { get; init; }

    /// <summary>The resolved recipe; <see langword="null"/> where it is missing.</summary>
    public required string? Recipe { get; init; }

    /// <summary>Reads a run's folder; the run may be unfinished, and nothing is locked or changed.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <exception cref="RunFolderException">It is no folder of a run, or its manifest cannot be read.</exception>
    public static RunReport Read(string folder) => new RunReportReader(folder).Read();
}
