using Hone.Core.Runs;

namespace Hone.Models.Checkpoints.Hub;

/// <summary>The hub's cache on disk, in the layout of huggingface_hub: models that other tools have fetched are found, and theirs find ours.</summary>
/// <remarks>
/// Below the cache's folder, <c>models--ORG--NAME</c> holds <c>blobs/ETAG</c> (contents), <c>snapshots/COMMIT/PATH</c> (relative links to them, or copies
/// where links are not allowed) and <c>refs/REVISION</c> (the commit a branch or tag stood for); <c>.locks/models--ORG--NAME/ETAG.lock</c> guards each content.
/// Source: huggingface_hub, "Understand caching".
/// </remarks>
public sealed class HubCache
{
    private static readonly TimeSpan s_lockPoll = TimeSpan.FromMilliseconds(100);

    private readonly string _root;
    private readonly IFileSystem _files;
    private readonly TimeProvider _clock;

    /// <summary>Opens a cache; it need not exist yet.</summary>
    /// <param name="root">Its folder.</param>
    /// <param name="files">The file operations to use.</param>
    /// <param name="clock">Measures waiting times.</param>
    public HubCache(string root, IFileSystem files, TimeProvider clock)
    {
        _root = Path.GetFullPath(root);
        _files = files;
        _clock = clock;
    }

    /// <summary>Its folder.</summary>
    public string Root => _root;

    internal IFileSystem Files => _files;

    /// <summary>The commit that a revision stood for when it was last fetched; null if it never was.</summary>
    /// <param name="name">The model.</param>
    /// <param name="revision">A branch or tag, or a commit.</param>
    public string? FindCommit(HubModelName name, string revision)
    {
        if (HubHashes.IsCommit(revision))
        {
            return Directory.Exists(SnapshotFolder(name, revision)) ? revision : null;
        }

        string path = RefPath(name, revision);
        string? commit = File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        return commit is not null && HubHashes.IsCommit(commit) ? commit : null;
    }

    /// <summary>The folder of a model at a revision, with the files that were fetched; null if it is not in the cache.</summary>
    /// <param name="name">The model.</param>
    /// <param name="revision">A branch, tag or commit.</param>
    public string? FindSnapshot(HubModelName name, string revision)
    {
        string? folder = FindCommit(name, revision) is { } commit ? SnapshotFolder(name, commit) : null;
        return Directory.Exists(folder) ? folder : null;
    }

    internal string SnapshotFolder(HubModelName name, string commit) => Path.Combine(_root, name.CacheFolder, "snapshots", commit);

    internal string BlobPath(HubModelName name, string etag) => Path.Combine(_root, name.CacheFolder, "blobs", etag);

    /// <summary>Whether a file of a snapshot is there, and is what the hub announces.</summary>
    internal bool HasFile(HubModelName name, string commit, HubFile file)
    {
        var info = new FileInfo(SnapshotPath(name, commit, file.Path));
        FileSystemInfo? target = info.Exists ? info.ResolveLinkTarget(returnFinalTarget: true) ?? info : null;
        return target is FileInfo { Exists: true } content && (file.SizeBytes is null || content.Length == file.SizeBytes);
    }

    /// <summary>Records which commit a branch or tag stands for.</summary>
    internal void WriteRef(HubModelName name, string revision, string commit)
    {
        if (HubHashes.IsCommit(revision))
        {
            return;
        }

        string path = RefPath(name, revision);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // below the model's folder
        if (!File.Exists(path) || File.ReadAllText(path) != commit)
        {
            AtomicFile.Write(_files, path, System.Text.Encoding.ASCII.GetBytes(commit));
        }
    }

    /// <summary>Makes a content visible in a snapshot.</summary>
    internal void Link(HubModelName name, string commit, string path, string etag)
    {
        string pointer = SnapshotPath(name, commit, path);
        string blob = BlobPath(name, etag);
        string folder = Path.GetDirectoryName(pointer)!; // below the model's folder
        Directory.CreateDirectory(folder);
        string target = Path.GetRelativePath(folder, blob);
        var present = new FileInfo(pointer);
        if (present.LinkTarget == target)
        {
            return;
        }

        // A link is made under another name and renamed, so that no moment shows a snapshot without its file.
        string temporary = pointer + AtomicFile.TemporarySuffix;
        File.Delete(temporary);
        try
        {
            File.CreateSymbolicLink(temporary, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            File.Copy(blob, temporary); // a system or a disk without links
        }

        File.Move(temporary, pointer, overwrite: true);
    }

    /// <summary>Keeps other processes away from a content until disposed.</summary>
    internal async Task<IDisposable> LockAsync(HubModelName name, string etag, CancellationToken cancellation)
    {
        string path = Path.Combine(_root, ".locks", name.CacheFolder, etag + ".lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // below the cache's folder
        while (true)
        {
            try
            {
                // On Unix this takes the lock that Python's filelock takes (flock); the file stays, as its would.
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException) && File.Exists(path))
            {
                await Task.Delay(s_lockPoll, _clock, cancellation);
            }
        }
    }

    private string SnapshotPath(HubModelName name, string commit, string path) => Path.Combine(SnapshotFolder(name, commit), path.Replace('/', Path.DirectorySeparatorChar));

    private string RefPath(HubModelName name, string revision) => Path.Combine(_root, name.CacheFolder, "refs", revision.Replace('/', Path.DirectorySeparatorChar));
}
