using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Hone.Models.Checkpoints.Hub;

/// <summary>The hub's interface over HTTP: what models it has, which files they consist of and what those are.</summary>
/// <remarks>Source: the API of the Hugging Face hub as huggingface_hub 1.x uses it.</remarks>
public sealed class HubClient
{
    private const int MaxAnswerBytes = 1 << 28;
    private readonly HubTransport _transport;

    /// <summary>Creates a client.</summary>
    /// <param name="http">Sends the requests; it must not follow redirects itself, so that tokens stay with the hub.</param>
    /// <param name="options">Where the hub is.</param>
    /// <param name="clock">Measures waiting times.</param>
    public HubClient(HttpClient http, HubOptions options, TimeProvider clock)
        : this(new HubTransport(http, options, clock))
    {
    }

    internal HubClient(HubTransport transport) => _transport = transport;

    internal HubTransport Transport => _transport;

    /// <summary>A client for <see cref="HubClient"/> that follows no redirects and never gives up by itself.</summary>
    public static HttpClient CreateHttp() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        MaxConnectionsPerServer = 64,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>The files of a model at a revision.</summary>
    /// <param name="name">The model.</param>
    /// <param name="revision">A branch, tag or commit.</param>
    /// <param name="retrying">Told of every attempt that failed.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="HubException">The hub refuses or cannot be reached.</exception>
    public async Task<HubModelInfo> GetModelAsync(HubModelName name, string revision, Action<string>? retrying = null, CancellationToken cancellation = default)
    {
        string subject = revision == "main" ? name.Id : $"{name.Id} @ {revision}";
        Uri address = Address($"api/models/{name.Id}/revision/{Uri.EscapeDataString(revision)}?blobs=true");
        (HttpResponseMessage response, _) = await _transport.FollowAsync(HttpMethod.Get, address, _ => { }, (_, _) => true, subject, retrying, cancellation);
        using (response)
        {
            JsonElement json = await ReadJsonAsync(response, subject, cancellation);
            string commit = Text(json, "sha") ?? throw Nonsense(subject, "the answer names no commit");
            if (!HubHashes.IsCommit(commit) || !json.TryGetProperty("siblings", out JsonElement siblings) || siblings.ValueKind != JsonValueKind.Array)
            {
                throw Nonsense(subject, "the answer lists no files");
            }

            return new HubModelInfo(name, commit, [.. siblings.EnumerateArray().Select(file => ReadFile(file, subject))]);
        }
    }

    /// <summary>What the hub says of one file: asks without following to another host, where the headers that matter are missing.</summary>
    internal async Task<HubFileMetadata> GetMetadataAsync(HubModelName name, string commit, string path, Action<string>? retrying, CancellationToken cancellation)
    {
        string subject = $"{name.Id} {path}";
        Uri address = FileAddress(name, commit, path);
        (HttpResponseMessage response, Uri last) = await _transport.FollowAsync(HttpMethod.Head, address, AskPlainly, (from, to) => from.Authority == to.Authority, subject, retrying, cancellation);
        using (response)
        {
            string etag = Clean(Header(response, "X-Linked-Etag") ?? response.Headers.ETag?.ToString() ?? Header(response, "ETag"))
                ?? throw Nonsense(subject, "the answer has no ETag");
            string? size = Header(response, "X-Linked-Size");
            long bytes = size is null ? response.Content.Headers.ContentLength ?? -1 : long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long linked) ? linked : -1;
            if (bytes < 0)
            {
                throw Nonsense(subject, "the answer does not say how large the file is");
            }

            Uri location = HubTransport.IsRedirect(response.StatusCode) && response.Headers.Location is { } to ? new Uri(last, to) : last;
            return new HubFileMetadata(Header(response, "X-Repo-Commit") ?? commit, etag, bytes, location);
        }
    }

    /// <summary>Asks for a file as it is; a compressed answer could not be resumed.</summary>
    internal static void AskPlainly(HttpRequestMessage request) => request.Headers.AcceptEncoding.ParseAdd("identity");

    internal Uri Address(string relative) => new($"{_transport.Options.Endpoint.ToString().TrimEnd('/')}/{relative}");

    internal Uri FileAddress(HubModelName name, string revision, string path) =>
        Address($"{name.Id}/resolve/{Uri.EscapeDataString(revision)}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>Reads an answer that must be a JSON object.</summary>
    internal static async Task<JsonElement> ReadJsonAsync(HttpResponseMessage response, string subject, CancellationToken cancellation)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellation);
            using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellation));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw Nonsense(subject, "the answer is no JSON object");
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            throw Nonsense(subject, e.Message, e);
        }
    }

    internal static HubException Nonsense(string subject, string facts, Exception? inner = null) =>
        new(HubFailure.Server, "The hub's answer makes no sense.", subject, facts, "check HF_ENDPOINT, and whether something on the network rewrites answers", inner);

    internal static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static HubFile ReadFile(JsonElement file, string subject)
    {
        string path = Text(file, "rfilename") ?? throw Nonsense(subject, "the answer lists a file without a name");
        bool isInside = path.Split('/').All(part => part.Length > 0 && part is not ("." or "..")) && !path.Contains('\\') && !path.Contains('\0') && !Path.IsPathRooted(path);
        if (!isInside)
        {
            throw Nonsense(subject, $"the answer lists a file outside the model: {path}");
        }

        bool isLarge = file.TryGetProperty("lfs", out JsonElement lfs) && lfs.ValueKind == JsonValueKind.Object;
        long? size = Number(file, "size") ?? (isLarge ? Number(lfs, "size") : null);
        string? hash = isLarge ? Text(lfs, "sha256") ?? Text(lfs, "oid") : Text(file, "blobId");
        return new HubFile(path, size, hash?.All(char.IsAsciiHexDigitLower) == true ? hash : null);
    }

    private static long? Number(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= 0 ? number : null;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) || response.Content.Headers.TryGetValues(name, out values) ? values.First() : null;

    /// <summary>An ETag without its mark of weakness and its quotes; null if it could not name a file.</summary>
    private static string? Clean(string? etag)
    {
        string? bare = etag?.Trim();
        bare = bare?.StartsWith("W/", StringComparison.Ordinal) == true ? bare[2..] : bare;
        bare = bare?.Trim('"');
        return bare is { Length: > 0 and <= 200 } && bare.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && bare[0] != '.' ? bare : null;
    }
}
