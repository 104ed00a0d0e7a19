using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Hone.Models.Checkpoints.Hub;

/// <summary>Sends large files to the store behind the hub.</summary>
/// <remarks>Source: Git LFS batch API; the transfer <c>multipart</c> is the hub's own: numbered part addresses in the header of the upload action.</remarks>
internal sealed class LfsUpload(HubTransport transport, HubModelName name, string revision, Action<HubProgress> report)
{
    private const string MediaType = "application/vnd.git-lfs+json";
    private const long ReportBytes = 1 << 22;

    /// <summary>Sends those of the files that the store does not have.</summary>
    public async Task SendAsync(IReadOnlyCollection<LocalFile> files, CancellationToken cancellation)
    {
        // Two files with the same content are one object.
        Dictionary<string, LocalFile> byHash = [];
        foreach (LocalFile file in files)
        {
            byHash.TryAdd(file.Sha256, file);
        }

        object body = new
        {
            operation = "upload",
            transfers = (string[])["basic", "multipart"],
            objects = byHash.Values.Select(file => new { oid = file.Sha256, size = file.SizeBytes }),
            hash_algo = "sha256",
            @ref = new { name = revision },
        };
        var address = new Uri($"{transport.Options.Endpoint.ToString().TrimEnd('/')}/{name.Id}.git/info/lfs/objects/batch");
        using HttpResponseMessage response = await PostAsync(address, body, [], name.Id, cancellation);
        JsonElement json = await HubClient.ReadJsonAsync(response, name.Id, cancellation);
        JsonElement[] objects = json.TryGetProperty("objects", out JsonElement list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : throw HubClient.Nonsense(name.Id, "the store's answer lists no objects");
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, transport.Options.MaxParallel), CancellationToken = cancellation };
        await Parallel.ForEachAsync(objects, parallel, async (item, token) => await SendObjectAsync(item, byHash, token));
    }

    private async Task SendObjectAsync(JsonElement item, Dictionary<string, LocalFile> byHash, CancellationToken cancellation)
    {
        if (HubClient.Text(item, "oid") is not { } hash || !byHash.TryGetValue(hash, out LocalFile? file))
        {
            throw HubClient.Nonsense(name.Id, "the store asks for an object that was not offered");
        }

        if (item.TryGetProperty("error", out JsonElement error))
        {
            throw new HubException(HubFailure.Server, "The store refuses a file.", $"{name.Id} {file.Path}", error.ToString(), "run it again later");
        }

        if (!item.TryGetProperty("actions", out JsonElement actions) || !actions.TryGetProperty("upload", out JsonElement upload))
        {
            report(new HubProgress(file.Path, file.SizeBytes, file.SizeBytes, HubEvent.Present));
            return;
        }

        report(new HubProgress(file.Path, 0, file.SizeBytes, HubEvent.Started));
        (Uri address, Dictionary<string, string> headers) = ReadAction(upload);
        if (headers.Remove("chunk_size", out string? chunk))
        {
            await SendPartsAsync(file, address, headers, long.TryParse(chunk, NumberStyles.None, CultureInfo.InvariantCulture, out long size) && size > 0 ? size : throw HubClient.Nonsense(name.Id, "the store names no size of parts"), cancellation);
        }
        else
        {
            await PutAsync(file, address, headers, 0, file.SizeBytes, cancellation);
        }

        if (actions.TryGetProperty("verify", out JsonElement verify))
        {
            (Uri verifyAddress, Dictionary<string, string> verifyHeaders) = ReadAction(verify);
            using HttpResponseMessage verified = await PostAsync(verifyAddress, new { oid = file.Sha256, size = file.SizeBytes }, verifyHeaders, file.Path, cancellation);
        }

        report(new HubProgress(file.Path, file.SizeBytes, file.SizeBytes, HubEvent.Completed));
    }

    private async Task SendPartsAsync(LocalFile file, Uri completion, Dictionary<string, string> headers, long chunk, CancellationToken cancellation)
    {
        Uri[] addresses = [.. headers.Where(header => header.Key.All(char.IsAsciiDigit)).OrderBy(header => int.Parse(header.Key, CultureInfo.InvariantCulture)).Select(header => new Uri(header.Value))];
        long parts = (file.SizeBytes + chunk - 1) / chunk;
        if (addresses.Length != parts)
        {
            throw HubClient.Nonsense(name.Id, $"the store gives {addresses.Length} addresses for {parts} parts of {file.Path}");
        }

        var etags = new List<object>();
        for (int i = 0; i < addresses.Length; i++)
        {
            long start = i * chunk;
            string etag = await PutAsync(file, addresses[i], [], start, Math.Min(chunk, file.SizeBytes - start), cancellation)
                ?? throw HubClient.Nonsense(name.Id, "the store answers a part without an ETag");
            etags.Add(new { partNumber = i + 1, etag });
        }

        using HttpResponseMessage done = await PostAsync(completion, new { oid = file.Sha256, parts = etags }, [], file.Path, cancellation);
    }

    private async Task<string?> PutAsync(LocalFile file, Uri address, Dictionary<string, string> headers, long start, long length, CancellationToken cancellation)
    {
        long reported = start;
        using HttpResponseMessage response = await transport.SendAsync(
            () =>
            {
                HttpRequestMessage request = transport.Request(HttpMethod.Put, address);
                request.Content = new FilePartContent(file, start, length, sent =>
                {
                    if (sent - reported >= ReportBytes)
                    {
                        reported = sent;
                        report(new HubProgress(file.Path, sent, file.SizeBytes, HubEvent.Moved));
                    }
                });
                AddHeaders(request, headers);
                return request;
            },
            $"{name.Id} {file.Path}",
            Retrying(file.Path),
            cancellation);
        return response.Headers.ETag?.ToString() ?? (response.Headers.TryGetValues("ETag", out IEnumerable<string>? values) ? values.First() : null);
    }

    private Task<HttpResponseMessage> PostAsync(Uri address, object body, Dictionary<string, string> headers, string subject, CancellationToken cancellation)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(body);
        return transport.SendAsync(
            () =>
            {
                HttpRequestMessage request = transport.Request(HttpMethod.Post, address);
                request.Headers.Accept.ParseAdd(MediaType);
                request.Content = new ByteArrayContent(json);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaType);
                AddHeaders(request, headers);
                return request;
            },
            subject,
            Retrying(subject),
            cancellation);
    }

    private static void AddHeaders(HttpRequestMessage request, Dictionary<string, string> headers)
    {
        foreach ((string header, string value) in headers)
        {
            if (header.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.Authorization = null;
            }

            if (!request.Headers.TryAddWithoutValidation(header, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(header, value);
            }
        }
    }

    private (Uri Address, Dictionary<string, string> Headers) ReadAction(JsonElement action)
    {
        string href = HubClient.Text(action, "href") ?? throw HubClient.Nonsense(name.Id, "the store names no address");
        bool isAddress = Uri.TryCreate(href, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https";
        bool isSafe = isAddress && (address!.Scheme == Uri.UriSchemeHttps || transport.Options.Endpoint.Scheme == Uri.UriSchemeHttp);
        Dictionary<string, string> headers = action.TryGetProperty("header", out JsonElement header) && header.ValueKind == JsonValueKind.Object
            ? header.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.ToString())
            : [];
        return isSafe ? (address!, headers) : throw HubClient.Nonsense(name.Id, $"the store names the address '{href}'"); // an address if it is safe
    }

    private Action<string> Retrying(string subject) => detail => report(new HubProgress(subject, 0, 0, HubEvent.Retrying, detail));
}
