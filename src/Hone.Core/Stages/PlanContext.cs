using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Runs;

namespace Hone.Core.Stages;

/// <summary>What a stage may use to say before a run what it would do.</summary>
public sealed class PlanContext : StageContext, IDisposable
{
    private readonly RunPlan _plan;
    private readonly PlannedStage _stage;
    private readonly string? _runFolder;

    /// <summary>Makes an empty folder for a stage to prepare its work in.</summary>
    /// <param name="plan">The recipe's plan.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="runFolder">Folder of the run that would go on, where earlier stages have left their files; <see langword="null"/> for a new run.</param>
    /// <param name="files">The file operations to use.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Cancelled when the user stops the program.</param>
    public PlanContext(RunPlan plan, PlannedStage stage, string? runFolder, IFileSystem files, TimeProvider time, CancellationToken cancellationToken)
        : base(cancellationToken)
    {
        _plan = plan;
        _stage = stage;
        _runFolder = runFolder;
        Files = files;
        Time = time;
        Folder = Directory.CreateTempSubdirectory("hone-plan-").FullName;
    }

    /// <inheritdoc/>
    public override string StageName => _stage.Name;

    /// <inheritdoc/>
    public override Recipe Recipe => _plan.Recipe.Recipe;

    /// <inheritdoc/>
    public override string Folder { get; }

    /// <inheritdoc/>
    public override TimeProvider Time { get; }

    /// <inheritdoc/>
    public override IFileSystem Files { get; }

    /// <inheritdoc/>
    public override PartRegistry Registry => _plan.Recipe.Registry;

    /// <inheritdoc/>
    /// <exception cref="InputNotMadeException">An earlier stage makes the file, and has not run yet.</exception>
    public override string OpenInput(FileSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.From is not { } from)
        {
            return source.Path!; // a checked source has one of the two
        }

        string name = source.Artifact ?? Recipe.Stages[from].Outputs[0];
        string? path = _runFolder is null ? null : RunFolder.ArtifactPath(_runFolder, from, name);
        return path is not null && File.Exists(path) ? path : throw new InputNotMadeException(from, name, StageName);
    }

    /// <summary>Deletes the folder.</summary>
    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
