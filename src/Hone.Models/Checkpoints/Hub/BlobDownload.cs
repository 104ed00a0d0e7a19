using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Hone.Models.Checkpoints.Hub;

/// <summary>Fetches one content into the cache: resumes what an earlier attempt left, checks the hash, and appears whole or not at all.</summary>
internal sealed class BlobDownload(HubClient client, HubCache cache, HubModelName name, string path, Action<HubProgress> report)
{
    /// <summary>Ending of contents that are not complete yet, that of huggingface_hub.</summary>
    public const string IncompleteSuffix = ".incomplete";

    private const int BufferBytes = 1 << 18;
    private const long ReportBytes = 1 << 22;

    private readonly HubTransport _transport = client.Transport;
    private HubFileMetadata? _metadata;
    private IncrementalHash? _hash;
    private long _done;
    private long _reported;

    private HubFileMetadata Metadata => _metadata ?? throw new InvalidOperationException("the metadata is set first");

    private string Subject => $"{name.Id} {path}";

    /// <summary>Fetches the content unless the cache has it.</summary>
    /// <exception cref="HubException">It cannot be fetched, or not be stored; what has arrived is kept unless it is damaged.</exception>
    public async Task FetchAsync(HubFileMetadata metadata, CancellationToken cancellation)
    {
        _metadata = metadata;
        string blob = cache.BlobPath(name, metadata.Etag);
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!); // below the model's folder
        using IDisposable held = await cache.LockAsync(name, metadata.Etag, cancellation);
        if (File.Exists(blob) && new FileInfo(blob).Length == metadata.SizeBytes)
        {
            Report(HubEvent.Present, metadata.SizeBytes);
            return;
        }

        string incomplete = blob + IncompleteSuffix;
        for (bool isLast = false; ; isLast = true)
        {
            if (await FetchAndCheckAsync(incomplete, cancellation))
            {
                break;
            }

            cache.Files.Delete(incomplete);
            if (isLast)
            {
                throw new HubException(HubFailure.Corrupt, "A file that arrived is not the one that was announced.", Subject, $"expected {metadata.SizeBytes:N0} bytes with the hash {metadata.Etag}", "run it again; if it stays so, something between here and the hub changes files");
            }

            Report(HubEvent.Retrying, 0, "the content does not match its hash; it is fetched again from its beginning");
        }

        OnDisk(() => cache.Files.Replace(incomplete, blob));
        Report(HubEvent.Completed, metadata.SizeBytes);
    }

    private async Task<bool> FetchAndCheckAsync(string incomplete, CancellationToken cancellation)
    {
        await using Stream file = OnDisk(() => cache.Files.OpenOrCreate(incomplete));
        await HashExistingAsync(file, cancellation);
        _reported = _done;
        Report(HubEvent.Started, _done);
        for (int failures = 0; _done < Metadata.SizeBytes;)
        {
            long before = _done;
            (string? problem, Exception? cause) = await ReceiveAsync(file, cancellation);
            if (problem is null)
            {
                continue;
            }

            failures = _done > before ? 1 : failures + 1;
            if (failures >= _transport.Options.MaxAttempts)
            {
                throw _transport.Unreachable(Subject, problem, cause);
            }

            await _transport.WaitAsync(_transport.DelayAfter(failures), problem, failures, Retrying, cancellation);
        }

        OnDisk(() => cache.Files.FlushToDisk(file));
        using IncrementalHash? hash = _hash;
        return hash is null || Convert.ToHexStringLower(hash.GetHashAndReset()) == Metadata.Etag;
    }

    /// <summary>Takes over what an earlier attempt left.</summary>
    private async Task HashExistingAsync(Stream file, CancellationToken cancellation)
    {
        Restart(file, file.Length <= Metadata.SizeBytes ? file.Length : 0);
        if (_hash is null || _done == 0)
        {
            return;
        }

        file.Position = 0;
        var buffer = new byte[BufferBytes];
        for (long left = _done; left > 0;)
        {
            int read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellation);
            if (read == 0)
            {
                throw new EndOfStreamException($"'{path}' became shorter while it was read");
            }

            _hash.AppendData(buffer, 0, read);
            left -= read;
        }
    }

    private void Restart(Stream file, long length)
    {
        _hash?.Dispose();
        _hash = HubHashes.Begin(Metadata.Etag, Metadata.SizeBytes);
        _done = length;
        OnDisk(() => file.SetLength(length));
        file.Position = length;
    }

    /// <summary>Asks for what is missing and stores what comes; says what went wrong if another attempt may help.</summary>
    private async Task<(string? Problem, Exception? Cause)> ReceiveAsync(Stream file, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            (response, _) = await _transport.FollowAsync(HttpMethod.Get, Metadata.Location, AskForRest, (_, _) => true, Subject, Retrying, cancellation, status => status == HttpStatusCode.RequestedRangeNotSatisfiable);
        }
        catch (HubException e) when (e.Failure == HubFailure.NotAuthorized && Metadata.Location.Authority != _transport.Options.Endpoint.Authority)
        {
            // The signed address of a store has expired; the hub gives a new one.
            HubFileMetadata renewed = await client.GetMetadataAsync(name, Metadata.Commit, path, Retrying, cancellation);
            if (renewed.Etag != Metadata.Etag || renewed.SizeBytes != Metadata.SizeBytes || renewed.Location == Metadata.Location)
            {
                throw;
            }

            _metadata = renewed;
            return ("the address of the content has expired", e);
        }

        using (response)
        {
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable || (_done > 0 && !ContinuesHere(response)))
            {
                Restart(file, 0); // the store cannot continue, or not from here
            }

            return response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable ? ("the store cannot continue an earlier attempt", null) : await CopyAsync(response, file, cancellation);
        }
    }

    private void AskForRest(HttpRequestMessage request)
    {
        HubClient.AskPlainly(request);
        if (_done > 0)
        {
            request.Headers.Range = new RangeHeaderValue(_done, null);
        }
    }

    private bool ContinuesHere(HttpResponseMessage response)
    {
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        return response.StatusCode == HttpStatusCode.PartialContent && range?.From == _done && (range.Length is null || range.Length == Metadata.SizeBytes);
    }

    private async Task<(string? Problem, Exception? Cause)> CopyAsync(HttpResponseMessage response, Stream file, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using ITimer timer = _transport.Clock.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), limit, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var buffer = new byte[BufferBytes];
        try
        {
            await using Stream content = await response.Content.ReadAsStreamAsync(limit.Token);
            while (true)
            {
                timer.Change(_transport.Options.Timeout, Timeout.InfiniteTimeSpan);
                int read = await content.ReadAsync(buffer, limit.Token);
                timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                if (read == 0)
                {
                    return _done == Metadata.SizeBytes ? (null, null) : ($"the connection ended after {_done:N0} of {Metadata.SizeBytes:N0} bytes", null);
                }

                if (_done + read > Metadata.SizeBytes)
                {
                    throw new HubException(HubFailure.Corrupt, "The store sends more than was announced.", Subject, $"expected {Metadata.SizeBytes:N0} bytes", "run it again; if it stays so, something between here and the hub changes files");
                }

                OnDisk(() => file.Write(buffer, 0, read));
                _hash?.AppendData(buffer, 0, read);
                Advance(read);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return ($"the connection broke after {_done:N0} of {Metadata.SizeBytes:N0} bytes", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            return ($"no byte within {_transport.Options.Timeout.TotalSeconds:0} s, after {_done:N0} of {Metadata.SizeBytes:N0}", e);
        }
    }

    private void Advance(int read)
    {
        _done += read;
        if (_done - _reported >= ReportBytes)
        {
            _reported = _done;
            Report(HubEvent.Moved, _done);
        }
    }

    private void Retrying(string detail) => Report(HubEvent.Retrying, _done, detail);

    private void Report(HubEvent what, long done, string detail = "") => report(new HubProgress(path, done, Metadata.SizeBytes, what, detail));

    private void OnDisk(Action action) => OnDisk(() =>
    {
        action();
        return true;
    });

    /// <summary>Tells failures of the disk from those of the network.</summary>
    private T OnDisk<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HubException(HubFailure.Disk, "A file cannot be stored in the cache.", cache.BlobPath(name, Metadata.Etag), $"{e.Message} ({_done:N0} of {Metadata.SizeBytes:N0} bytes of {path} are there)", "make room or set HF_HOME to another disk, then run it again: it continues where it stopped", e);
        }
    }
}
