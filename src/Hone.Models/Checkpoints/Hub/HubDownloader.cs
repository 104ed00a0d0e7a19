namespace Hone.Models.Checkpoints.Hub;

/// <summary>Brings models from the hub into the cache.</summary>
public sealed class HubDownloader
{
    private readonly HubClient _client;
    private readonly HubCache _cache;
    private readonly HubOptions _options;
    private readonly Action<HubProgress> _report;
    private readonly Lock _reportLock = new();

    /// <summary>Creates a downloader.</summary>
    /// <param name="client">Asks the hub.</param>
    /// <param name="cache">Keeps the files.</param>
    /// <param name="report">Told of progress, one call at a time; null for nobody.</param>
    public HubDownloader(HubClient client, HubCache cache, Action<HubProgress>? report = null)
    {
        _client = client;
        _cache = cache;
        _options = client.Transport.Options;
        Action<HubProgress> listener = report ?? (_ => { });
        _report = progress =>
        {
            lock (_reportLock)
            {
                listener(progress);
            }
        };
    }

    /// <summary>Brings the wanted files of a model into the cache; what is there already is not fetched again.</summary>
    /// <param name="name">The model.</param>
    /// <param name="revision">A branch, tag or commit.</param>
    /// <param name="filter">Which files.</param>
    /// <param name="cancellation">Stops; what has arrived is kept for the next time.</param>
    /// <returns>The folder with the files.</returns>
    /// <exception cref="HubException">The model or a file cannot be fetched or stored.</exception>
    public async Task<HubSnapshot> PullAsync(HubModelName name, string revision, HubFileFilter filter, CancellationToken cancellation = default)
    {
        if (_options.IsOffline)
        {
            return Cached(name, revision) ?? throw Missing(name, revision, HubFailure.Offline, "HF_HUB_OFFLINE is set, and the cache does not hold this model.", "unset HF_HUB_OFFLINE to fetch it", null);
        }

        HubModelInfo model;
        try
        {
            model = await _client.GetModelAsync(name, revision, Retrying(name.Id), cancellation);
        }
        catch (HubException e) when (e.Failure is HubFailure.Connection or HubFailure.Server && Cached(name, revision) is not null)
        {
            HubSnapshot cached = Cached(name, revision)!; // just found
            _report(new HubProgress(name.Id, 0, 0, HubEvent.Warning, $"the hub cannot be asked ({e.Facts}); using what the cache holds, commit {cached.Commit}"));
            return cached;
        }

        IReadOnlyList<HubFile> wanted = filter.Select(model);
        List<HubFile> missing = [.. wanted.Where(file => !_cache.HasFile(name, model.Commit, file))];
        RequireRoom(name, missing);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, _options.MaxParallel), CancellationToken = cancellation };
        try
        {
            await Parallel.ForEachAsync(missing, parallel, async (file, token) => await FetchAsync(model, file, token));
            using (await _cache.LockAsync(name, "ref-" + Uri.EscapeDataString(revision), cancellation))
            {
                _cache.WriteRef(name, revision, model.Commit);
            }

        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HubException(HubFailure.Disk, "The cache cannot be written.", _cache.Root, e.Message, "make room, or set HF_HOME to a folder that you may write", e);
        }

        return new HubSnapshot(_cache.SnapshotFolder(name, model.Commit), model.Commit, [.. wanted.Select(file => file.Path)], missing.Count);
    }

    private async Task FetchAsync(HubModelInfo model, HubFile file, CancellationToken cancellation)
    {
        HubFileMetadata metadata = await _client.GetMetadataAsync(model.Name, model.Commit, file.Path, Retrying(file.Path), cancellation);
        bool isOther = (file.Hash is { } hash && hash.Length == metadata.Etag.Length && hash != metadata.Etag) || (file.SizeBytes is { } size && size != metadata.SizeBytes);
        if (isOther)
        {
            throw new HubException(HubFailure.Corrupt, "The hub says two different things of a file.", $"{model.Name.Id} {file.Path}", $"listed: {file.SizeBytes} bytes, {file.Hash}; now: {metadata.SizeBytes} bytes, {metadata.Etag}", "run it again");
        }

        await new BlobDownload(_client, _cache, model.Name, file.Path, _report).FetchAsync(metadata, cancellation);
        using IDisposable held = await _cache.LockAsync(model.Name, metadata.Etag, cancellation);
        _cache.Link(model.Name, model.Commit, file.Path, metadata.Etag);
    }

    private Action<string> Retrying(string file) => detail => _report(new HubProgress(file, 0, 0, HubEvent.Retrying, detail));

    private HubSnapshot? Cached(HubModelName name, string revision) =>
        _cache.FindSnapshot(name, revision) is { } folder ? new HubSnapshot(folder, Path.GetFileName(folder), [], 0) : null;

    private HubException Missing(HubModelName name, string revision, HubFailure failure, string what, string fix, Exception? inner) =>
        new(failure, what, $"{name.Id} @ {revision}", $"looked in {_cache.Root}", fix, inner);

    /// <summary>Refuses to begin what cannot end for lack of room; files of unknown size are not counted.</summary>
    private void RequireRoom(HubModelName name, List<HubFile> missing)
    {
        string? existing = _cache.Root;
        while (existing is not null && !Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing);
        }

        long needed = missing.Sum(file => file.SizeBytes ?? 0);
        if (existing is null || needed == 0)
        {
            return;
        }

        long free = new DriveInfo(existing).AvailableFreeSpace;
        needed -= missing.Sum(file => file.Hash is null ? 0 : PartialBytes(name, file.Hash));
        if (needed > free)
        {
            throw new HubException(HubFailure.Disk, "The disk has no room for the model.", _cache.Root, $"{needed:N0} bytes are needed, {free:N0} are free", "make room, set HF_HOME to another disk, or fetch fewer files with --include");
        }
    }

    private long PartialBytes(HubModelName name, string hash)
    {
        var partial = new FileInfo(_cache.BlobPath(name, hash) + BlobDownload.IncompleteSuffix);
        return partial.Exists ? partial.Length : 0;
    }
}
