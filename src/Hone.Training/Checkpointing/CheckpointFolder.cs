using System.Globalization;
using System.Text.Json;
using Hone.Core.Runs;
using Hone.Models.Checkpoints;

namespace Hone.Training.Checkpointing;

/// <summary>The saved states of a run. One is complete or does not count: its description, written last, holds the hash of its tensors.</summary>
internal sealed class CheckpointFolder
{
    private const string Prefix = "step-";
    private const string TensorsName = "state.safetensors";
    private const string DescriptionName = "state.json";

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, NewLine = "\n" };

    private readonly IFileSystem _files;
    private readonly string _folder;
    private readonly int _keep;

    /// <summary>Keeps the states of a run.</summary>
    /// <param name="files">The file operations to use.</param>
    /// <param name="folder">Where; made when the first state is saved.</param>
    /// <param name="keep">States that are kept.</param>
    public CheckpointFolder(IFileSystem files, string folder, int keep)
    {
        _files = files;
        _folder = folder;
        _keep = keep;
    }

    /// <summary>Saves a state, then deletes those that are no longer kept.</summary>
    /// <exception cref="RunFolderException">The disk is full or cannot be written; earlier states are as they were.</exception>
    public void Save(TrainingProgress progress, string runKey, IEnumerable<TensorContent> tensors)
    {
        string folder = Path.Combine(_folder, Prefix + progress.Step.ToString("D8", CultureInfo.InvariantCulture));
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw RunFolderException.ForWrite(folder, e);
        }

        FileDigest digest = SafetensorsWriter.WriteFile(_files, Path.Combine(folder, TensorsName), tensors);
        AtomicFile.Write(_files, Path.Combine(folder, DescriptionName), JsonSerializer.SerializeToUtf8Bytes(new CheckpointDescription(runKey, digest.Sha256, progress), s_json));
        foreach (string old in Folders().SkipLast(_keep).ToArray())
        {
            Delete(old);
        }
    }

    /// <summary>The newest complete state; incomplete and damaged ones are passed over.</summary>
    /// <param name="runKey">What the run is; a state of another run is refused.</param>
    /// <param name="warn">Told about states that were passed over.</param>
    /// <exception cref="TrainingException">The newest complete state belongs to a run with other settings or data.</exception>
    public SavedState? FindLatest(string runKey, Action<string> warn)
    {
        foreach (string folder in Folders().Reverse())
        {
            string description = Path.Combine(folder, DescriptionName), tensors = Path.Combine(folder, TensorsName);
            if (!File.Exists(description))
            {
                continue; // the process ended before it was complete
            }

            CheckpointDescription? found = Read(description);
            if (found is null || !File.Exists(tensors) || FileDigest.Of(tensors, CancellationToken.None).Sha256 != found.Sha256)
            {
                warn($"the checkpoint {folder} is damaged and was passed over");
                continue;
            }

            return found.RunKey == runKey ? new SavedState(found.Progress, tensors) : throw new TrainingException(
                "The saved state belongs to a run with other settings or data.", folder, "model, adapter, data, batches, optimizer or schedule have changed since it was saved",
                "resume with the recipe of the run, or start a new one");
        }

        return null;
    }

    private static CheckpointDescription? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<CheckpointDescription>(File.ReadAllBytes(path), s_json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Delete(string folder)
    {
        // The description first: what is left of a state then no longer counts.
        _files.Delete(Path.Combine(folder, DescriptionName));
        _files.Delete(Path.Combine(folder, TensorsName));
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // Somebody keeps a file of their own in it; the state is gone all the same.
        }
    }

    private IOrderedEnumerable<string> Folders() =>
        (Directory.Exists(_folder) ? Directory.GetDirectories(_folder, Prefix + "*") : []).Order(StringComparer.Ordinal);

    private sealed record CheckpointDescription(string RunKey, string Sha256, TrainingProgress Progress);
}
