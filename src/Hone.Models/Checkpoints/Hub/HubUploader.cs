using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Hone.Models.Checkpoints.Hub;

/// <summary>Sends a folder to a model of the hub, as one commit.</summary>
/// <remarks>Source: the hub's API as huggingface_hub uses it (create, preupload, commit) and the Git LFS batch API with its basic and multipart transfers.</remarks>
public sealed class HubUploader
{
    private const int SampleBytes = 512;          // what the hub looks at to tell text from data
    private const int FilesPerQuestion = 256;     // files of one preupload or batch request
    private static readonly string[] s_ignored = [".git/", ".cache/huggingface/"];

    private readonly HubClient _client;
    private readonly HubTransport _transport;
    private readonly Action<HubProgress> _report;
    private readonly Lock _reportLock = new();

    /// <summary>Creates an uploader.</summary>
    /// <param name="client">Asks the hub; its options need a token.</param>
    /// <param name="report">Told of progress, one call at a time; null for nobody.</param>
    public HubUploader(HubClient client, Action<HubProgress>? report = null)
    {
        _client = client;
        _transport = client.Transport;
        Action<HubProgress> listener = report ?? (_ => { });
        _report = progress =>
        {
            lock (_reportLock)
            {
                listener(progress);
            }
        };
    }

    /// <summary>Creates the model if need be and commits a folder's files to it; contents that the hub has are not sent again.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The model.</param>
    /// <param name="settings">How.</param>
    /// <param name="cancellation">Stops; nothing is visible on the hub before the last step.</param>
    /// <returns>The commit, and where it can be seen.</returns>
    /// <exception cref="HubException">The hub refuses or cannot be reached, or a file cannot be read.</exception>
    public async Task<HubCommit> PushAsync(string folder, HubModelName name, HubPushSettings settings, CancellationToken cancellation = default)
    {
        if (_transport.Options.IsOffline)
        {
            throw new HubException(HubFailure.Offline, "HF_HUB_OFFLINE is set, so nothing is sent.", name.Id, "", "unset HF_HUB_OFFLINE");
        }

        if (_transport.Options.Token is null)
        {
            throw new HubException(HubFailure.NotAuthorized, "Sending to the hub needs a token.", name.Id, "", "set HF_TOKEN to an access token that may write");
        }

        List<LocalFile> files = Find(folder, settings.Filter);
        await CreateAsync(name, settings.IsPrivate, cancellation);
        await AskModesAsync(name, settings.Revision, files, cancellation);
        files.RemoveAll(file => file.IsIgnored);
        List<LocalFile> large = [.. files.Where(file => file.IsLarge)];
        await HashAsync(large, cancellation);
        foreach (LocalFile[] part in large.Chunk(FilesPerQuestion))
        {
            await new LfsUpload(_transport, name, settings.Revision, _report).SendAsync(part, cancellation);
        }

        return await CommitAsync(name, settings, files, cancellation);
    }

    private static List<LocalFile> Find(string folder, HubFileFilter filter)
    {
        if (!Directory.Exists(folder))
        {
            throw new HubException(HubFailure.FileNotFound, "There is no such folder.", folder, "", "give the folder of a model");
        }

        var files = new List<LocalFile>();
        foreach (string full in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string path = Path.GetRelativePath(folder, full).Replace(Path.DirectorySeparatorChar, '/');
            if (filter.Accepts(path) && !Array.Exists(s_ignored, ignored => path.StartsWith(ignored, StringComparison.Ordinal) || path.Contains("/" + ignored, StringComparison.Ordinal)))
            {
                files.Add(new LocalFile(path, full, new FileInfo(full).Length));
            }
        }

        return files.Count > 0 ? files : throw new HubException(HubFailure.FileNotFound, "The folder has no file to send.", folder, "", "check the folder and the patterns");
    }

    private async Task CreateAsync(HubModelName name, bool isPrivate, CancellationToken cancellation)
    {
        var body = new Dictionary<string, object> { ["type"] = "model", ["name"] = name.Name, ["private"] = isPrivate };
        if (name.Organization.Length > 0)
        {
            body["organization"] = name.Organization;
        }

        try
        {
            using HttpResponseMessage response = await PostAsync(_client.Address("api/repos/create"), body, $"creating {name.Id}", cancellation, status => status == HttpStatusCode.Conflict);
        }
        catch (HubException e) when (e.Failure is HubFailure.NotAuthorized)
        {
            // A token may be allowed to write to this one model and to create none.
            try
            {
                await _client.GetModelAsync(name, "main", null, cancellation);
            }
            catch (HubException)
            {
                throw new HubException(e.Failure, $"The model {name.Id} does not exist and may not be created.", e.Where, e.Facts, e.Fix, e);
            }
        }
    }

    /// <summary>Asks which files go to the store for large ones; the hub's rules and its .gitattributes decide.</summary>
    private async Task AskModesAsync(HubModelName name, string revision, List<LocalFile> files, CancellationToken cancellation)
    {
        foreach (LocalFile[] part in files.Chunk(FilesPerQuestion))
        {
            var asked = part.Select(file => new { path = file.Path, sample = Convert.ToBase64String(file.Sample(SampleBytes)), size = file.SizeBytes });
            string subject = $"{name.Id} @ {revision}";
            using HttpResponseMessage response = await PostAsync(_client.Address($"api/models/{name.Id}/preupload/{Uri.EscapeDataString(revision)}"), new { files = asked }, subject, cancellation);
            JsonElement json = await HubClient.ReadJsonAsync(response, subject, cancellation);
            Dictionary<string, LocalFile> byPath = part.ToDictionary(file => file.Path);
            foreach (JsonElement answer in json.TryGetProperty("files", out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default)
            {
                if (HubClient.Text(answer, "path") is { } path && byPath.Remove(path, out LocalFile? file))
                {
                    file.IsLarge = HubClient.Text(answer, "uploadMode") == "lfs" && file.SizeBytes > 0;
                    file.IsIgnored = answer.TryGetProperty("shouldIgnore", out JsonElement ignore) && ignore.ValueKind == JsonValueKind.True;
                }
            }

            if (byPath.Count > 0)
            {
                throw HubClient.Nonsense(subject, $"no upload mode for {byPath.Keys.First()}");
            }
        }
    }

    private static async Task HashAsync(List<LocalFile> files, CancellationToken cancellation)
    {
        foreach (LocalFile file in files)
        {
            await using FileStream content = file.Open();
            file.Sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation));
        }
    }

    private async Task<HubCommit> CommitAsync(HubModelName name, HubPushSettings settings, List<LocalFile> files, CancellationToken cancellation)
    {
        string subject = $"{name.Id} @ {settings.Revision}";
        Uri address = _client.Address($"api/models/{name.Id}/commit/{Uri.EscapeDataString(settings.Revision)}");
        using HttpResponseMessage response = await _transport.SendAsync(
            () =>
            {
                HttpRequestMessage request = _transport.Request(HttpMethod.Post, address);
                request.Content = new CommitContent(settings.Message, settings.Description, files);
                return request;
            },
            subject,
            Retrying(subject),
            cancellation);
        JsonElement json = await HubClient.ReadJsonAsync(response, subject, cancellation);
        foreach (LocalFile file in files.Where(file => !file.IsLarge))
        {
            _report(new HubProgress(file.Path, file.SizeBytes, file.SizeBytes, HubEvent.Completed));
        }

        return new HubCommit(HubClient.Text(json, "commitOid") ?? "", HubClient.Text(json, "commitUrl") ?? $"{_transport.Options.Endpoint}{name.Id}", files.Count);
    }

    private Task<HttpResponseMessage> PostAsync(Uri address, object body, string subject, CancellationToken cancellation, Predicate<HttpStatusCode>? accepts = null)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(body);
        return _transport.SendAsync(
            () =>
            {
                HttpRequestMessage request = _transport.Request(HttpMethod.Post, address);
                request.Content = new ByteArrayContent(json);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                return request;
            },
            subject,
            Retrying(subject),
            cancellation,
            accepts);
    }

    private Action<string> Retrying(string subject) => detail => _report(new HubProgress(subject, 0, 0, HubEvent.Retrying, detail));
}
