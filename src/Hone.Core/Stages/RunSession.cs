using Hone.Core.Errors;
using Hone.Core.Progress;
using Hone.Core.Runs;

namespace Hone.Core.Stages;

/// <summary>One sitting of a run: takes its stages through their states, skips what is done and verified, and keeps the manifest true.</summary>
/// <param name="plan">The stages to run.</param>
/// <param name="folder">The run's folder, locked by this process.</param>
/// <param name="progress">Receives the events.</param>
/// <param name="time">The clock.</param>
public sealed class RunSession(RunPlan plan, RunFolder folder, IProgressSink progress, TimeProvider time)
{
    /// <summary>The stages to run.</summary>
    public RunPlan Plan => plan;

    /// <summary>The run's folder.</summary>
    public RunFolder Folder => folder;

    /// <summary>Receives the events.</summary>
    public IProgressSink Progress => progress;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Runs the plan with the executor that the recipe names.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled; it can be resumed.</exception>
    public void Execute(CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        progress.Report(new RunStarted(time.GetUtcNow(), folder.Path, [.. plan.Stages.Select(stage => stage.Name)]));
        foreach (string warning in folder.Warnings)
        {
            Warn(null, warning);
        }

        plan.Recipe.Recipe.Launch.Execute(this, cancellationToken);
        progress.Report(new RunCompleted(time.GetUtcNow(), folder.Path, time.GetElapsedTime(start)));
    }

    /// <summary>Runs one stage, unless its verified result is already there.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void RunStage(PlannedStage stage, CancellationToken cancellationToken)
    {
        StageRecord record = folder.Manifest.Stage(stage.Name);
        if (record.Status == StageStatus.Done)
        {
            string? change = FindChange(record, cancellationToken);
            if (change is null)
            {
                progress.Report(new StageSkipped(time.GetUtcNow(), stage.Name, stage.Index, plan.StageCount, record.Artifacts.Count));
                return;
            }

            Warn(stage.Name, $"stage '{stage.Name}' runs again: {change}");
        }

        record = new StageRecord { Name = stage.Name, Status = StageStatus.Running, Attempts = record.Attempts + 1, Started = time.GetUtcNow() };
        folder.Save(record);
        progress.Report(new StageStarted(time.GetUtcNow(), stage.Name, stage.Index, plan.StageCount));
        long start = time.GetTimestamp();
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            var context = new RunContext(this, stage, cancellationToken);
            IReadOnlyDictionary<string, double> counts = stage.Stage.Run(context);
            RequireOutputs(stage, context);
            folder.Metrics.Flush();
            folder.Save(record with { Status = StageStatus.Done, Finished = time.GetUtcNow(), Inputs = context.Inputs, Artifacts = context.Artifacts, Counts = counts });
            progress.Report(new StageCompleted(time.GetUtcNow(), stage.Name, time.GetElapsedTime(start), counts, [.. context.Artifacts.Select(a => a.Path)]));
        }
        catch (OperationCanceledException)
        {
            folder.Save(record with { Status = StageStatus.Cancelled, Finished = time.GetUtcNow() });
            progress.Report(new RunCancelled(time.GetUtcNow(), folder.Path, stage.Name));
            throw;
        }
        catch (Exception e)
        {
            string error = e is HoneException explained ? explained.What : $"{e.GetType().Name}: {e.Message}";
            SaveFailure(record with { Status = StageStatus.Failed, Finished = time.GetUtcNow(), Error = error });
            progress.Report(new StageFailed(time.GetUtcNow(), stage.Name, error));
            throw;
        }
    }

    internal void Warn(string? stage, string message)
    {
        DateTimeOffset now = time.GetUtcNow();
        progress.Report(new WarningRaised(now, message));
        folder.AppendWarning(stage, now, message);
    }

    internal string PathOf(FileSource source)
    {
        if (source.From is null)
        {
            return source.Path!; // a checked source has one of the two
        }

        return folder.ArtifactPath(source.From, ArtifactOf(source));
    }

    internal ArtifactRecord Describe(FileSource source, CancellationToken cancellationToken)
    {
        string path = PathOf(source);
        if (source.From is { } stage && !folder.Manifest.Stage(stage).Artifacts.Any(a => a.Path == RunFolder.ArtifactName(stage, ArtifactOf(source))))
        {
            throw new RunFolderException(
                $"The stage '{stage}' has not made '{ArtifactOf(source)}' in this run.", folder.Path, $"its state is {folder.Manifest.Stage(stage).Status}".ToLowerInvariant(), $"run it first: leave out --only, or resume a run in which '{stage}' is done");
        }

        try
        {
            FileDigest digest = FileDigest.Of(path, cancellationToken);
            return new ArtifactRecord(source.From is { } from ? RunFolder.ArtifactName(from, ArtifactOf(source)) : path, digest.SizeBytes, digest.Sha256);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFolderException("An input file cannot be read.", path, e.Message, "check that the file exists and may be read", e);
        }
    }

    internal void AppendMetrics(StepCompleted step) => folder.Metrics.Append(json =>
    {
        json.WriteString("time", step.Time.UtcDateTime);
        json.WriteString("stage", step.Stage);
        json.WriteNumber("attempt", folder.Manifest.Stage(step.Stage).Attempts);
        json.WriteNumber("done", step.Done);
        json.WriteString("unit", step.Unit);
        foreach ((string name, double value) in step.Metrics)
        {
            // JSON has no infinities or NaN; as text they stay visible instead of vanishing.
            if (double.IsFinite(value))
            {
                json.WriteNumber(name, value);
            }
            else
            {
                json.WriteString(name, value.ToString("R"));
            }
        }
    });

    private string ArtifactOf(FileSource source) => source.Artifact ?? plan.Recipe.Recipe.Stages[source.From!].Outputs[0]; // only asked when From is set

    private string? FindChange(StageRecord record, CancellationToken cancellationToken)
    {
        foreach (ArtifactRecord artifact in record.Artifacts)
        {
            if (!IsUnchanged(folder.FullPath(artifact), artifact, cancellationToken))
            {
                return $"{artifact.Path} is missing or was changed";
            }
        }

        foreach (ArtifactRecord input in record.Inputs)
        {
            bool inside = folder.Manifest.Stages.Any(stage => stage.Artifacts.Any(a => a.Path == input.Path));
            if (!IsUnchanged(inside ? folder.FullPath(input) : input.Path, input, cancellationToken))
            {
                return $"its input {input.Path} was changed";
            }
        }

        return null;
    }

    private static bool IsUnchanged(string path, ArtifactRecord record, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        return file.Exists && file.Length == record.SizeBytes && FileDigest.Of(path, cancellationToken).Sha256 == record.Sha256;
    }

    private static void RequireOutputs(PlannedStage stage, RunContext context)
    {
        string[] made = [.. context.Artifacts.Select(artifact => artifact.Path)];
        string[] missing = [.. stage.Stage.Outputs.Where(output => !made.Contains(RunFolder.ArtifactName(stage.Name, output)))];
        if (missing.Length > 0)
        {
            throw new InvalidOperationException($"Stage '{stage.Name}' ended without publishing {string.Join(", ", missing)}, which its Outputs promise.");
        }
    }

    private void SaveFailure(StageRecord record)
    {
        try
        {
            folder.Save(record);
        }
        catch (RunFolderException e)
        {
            // The stage's own error is the one to show; on a full disk the manifest simply still says "running", which resumes alike.
            progress.Report(new WarningRaised(time.GetUtcNow(), $"the manifest could not record the failure: {e.What}"));
        }
    }
}
