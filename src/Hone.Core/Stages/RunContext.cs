using Hone.Core.Progress;
using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Runs;

namespace Hone.Core.Stages;

/// <summary>Everything a stage may use while it runs: inputs, outputs, randomness, progress, cancellation.</summary>
public sealed class RunContext : StageContext
{
    private readonly RunSession _session;
    private readonly PlannedStage _stage;
    private readonly List<ArtifactRecord> _inputs = [];
    private readonly List<ArtifactRecord> _artifacts = [];

    internal RunContext(RunSession session, PlannedStage stage, CancellationToken cancellationToken)
        : base(cancellationToken)
    {
        _session = session;
        _stage = stage;
        Folder = session.Folder.CreateStageFolder(stage.Name);
    }

    /// <inheritdoc/>
    public override string StageName => _stage.Name;

    /// <inheritdoc/>
    public override Recipe Recipe => _session.Plan.Recipe.Recipe;

    /// <inheritdoc/>
    public override string Folder { get; }

    /// <inheritdoc/>
    public override TimeProvider Time => _session.Time;

    /// <inheritdoc/>
    public override IFileSystem Files => _session.Folder.Files;

    /// <inheritdoc/>
    public override PartRegistry Registry => _session.Plan.Recipe.Registry;

    internal IReadOnlyList<ArtifactRecord> Inputs => _inputs;

    internal IReadOnlyList<ArtifactRecord> Artifacts => _artifacts;

    /// <summary>Finds the file of an input and records its hash in the manifest.</summary>
    /// <returns>The path to open.</returns>
    /// <exception cref="RunFolderException">The file does not exist or cannot be read, or the stage that makes it has not run.</exception>
    public override string OpenInput(FileSource source)
    {
        ArtifactRecord expected = _session.Describe(source, CancellationToken);
        string path = _session.PathOf(source);
        _inputs.Add(expected);
        return path;
    }

    /// <summary>Begins to write one of the stage's files.</summary>
    /// <param name="name">Its name, relative to the stage's folder; folders in it are created.</param>
    /// <returns>The file; <see cref="Publish(AtomicFile)"/> puts it in place.</returns>
    /// <exception cref="RunFolderException">The file cannot be created.</exception>
    /// <exception cref="ArgumentException">The name leads out of the stage's folder.</exception>
    public AtomicFile CreateArtifact(string name)
    {
        string root = Path.GetFullPath(Folder) + Path.DirectorySeparatorChar;
        string path = Path.Combine(Folder, name);
        if (!Path.GetFullPath(path).StartsWith(root, StringComparison.Ordinal))
        {
            throw new ArgumentException($"The artifact '{name}' would lie outside the folder of stage '{StageName}'.", nameof(name));
        }

        _session.Folder.CreateStageFolder(Path.Combine(StageName, Path.GetDirectoryName(name) ?? ""));
        return new AtomicFile(_session.Folder.Files, path);
    }

    /// <summary>Puts a finished file in place and records its hash in the manifest.</summary>
    /// <exception cref="RunFolderException">The disk is full or the file cannot be written.</exception>
    public void Publish(AtomicFile file)
    {
        FileDigest digest = file.Commit();
        string name = Path.GetRelativePath(Folder, file.Path);
        _artifacts.Add(new ArtifactRecord(RunFolder.ArtifactName(StageName, name), digest.SizeBytes, digest.Sha256));
    }

    /// <summary>Writes a small file whole and records its hash in the manifest.</summary>
    /// <inheritdoc cref="CreateArtifact" path="/exception"/>
    public void Publish(string name, ReadOnlySpan<byte> content)
    {
        using AtomicFile file = CreateArtifact(name);
        file.Write(content);
        Publish(file);
    }

    /// <summary>Records the hash of a file that is already in its place.</summary>
    /// <param name="name">Its name, relative to the stage's folder.</param>
    public void PublishFile(string name)
    {
        FileDigest digest = FileDigest.Of(System.IO.Path.Combine(Folder, name), CancellationToken);
        _artifacts.Add(new ArtifactRecord(RunFolder.ArtifactName(StageName, name), digest.SizeBytes, digest.Sha256));
    }

    /// <summary>Reports progress and, if there are figures, appends them to the run's metrics.</summary>
    /// <param name="done">Units done so far.</param>
    /// <param name="total">Units to do, if known.</param>
    /// <param name="unit">What is counted, in the plural: <c>rows</c>, <c>tokens</c>.</param>
    /// <param name="metrics">Named figures of this step.</param>
    public void ReportStep(long done, long? total, string unit, IReadOnlyDictionary<string, double>? metrics = null)
    {
        var step = new StepCompleted(Time.GetUtcNow(), StageName, done, total, unit, metrics ?? new Dictionary<string, double>());
        if (step.Metrics.Count > 0)
        {
            _session.AppendMetrics(step);
        }

        _session.Progress.Report(step);
    }

    /// <summary>Tells the user something that does not stop the run, and keeps it in the run's log of warnings.</summary>
    /// <exception cref="RunFolderException">The disk is full.</exception>
    public void Warn(string message) => _session.Warn(StageName, message);
}
