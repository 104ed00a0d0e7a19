using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Hone.Models.Tests.Checkpoints.Hub;

/// <summary>A hub and the store behind it inside this process: two servers, so that they are two hosts to a client.</summary>
internal sealed class HubStandIn : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";
    public const string Token = "hf_secret";

    private readonly HttpListener _hub;
    private readonly HttpListener _store;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Func<HttpListenerContext, bool>>> _faults = new();

    public HubStandIn()
    {
        (_hub, Address) = Listen();
        (_store, StoreAddress) = Listen();
        _ = ServeAsync(_hub, isStore: false);
        _ = ServeAsync(_store, isStore: true);
    }

    public Uri Address { get; }

    public Uri StoreAddress { get; }

    /// <summary>Files by path.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Paths of files that the store serves; the others come from the hub itself.</summary>
    public HashSet<string> Large { get; } = [];

    /// <summary>All requests, as "hub GET /path" or "store GET /path".</summary>
    public ConcurrentQueue<HubRequest> Requests { get; } = new();

    /// <summary>Bodies that were posted or put, by path.</summary>
    public ConcurrentDictionary<string, byte[]> Received { get; } = new();

    /// <summary>Answers of the POST and PUT addresses of the hub, by path.</summary>
    public Dictionary<string, Func<string, object>> Posts { get; } = [];

    /// <summary>Name of the model.</summary>
    public string Model { get; set; } = "org/name";

    /// <summary>Whether the store honours ranges.</summary>
    public bool HonoursRanges { get; set; } = true;

    /// <summary>Adds a file and returns its content.</summary>
    public byte[] Add(string path, int bytes, bool isLarge)
    {
        var content = new byte[bytes];
        for (int i = 0; i < bytes; i++)
        {
            content[i] = (byte)((i * 31) + (i >> 8) + path.Length);
        }

        Files[path] = content;
        if (isLarge)
        {
            Large.Add(path);
        }

        return content;
    }

    /// <summary>The name of a content in the cache.</summary>
    public string EtagOf(string path) => Large.Contains(path)
        ? Convert.ToHexStringLower(SHA256.HashData(Files[path]))
#pragma warning disable CA5350 // Git's hash.
        : Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {Files[path].Length}\0"), .. Files[path]]));
#pragma warning restore CA5350

    /// <summary>Has the next request whose line (server, method, path) contains a text fail in a way.</summary>
    public void Fail(string part, Func<HttpListenerContext, bool> fault) => _faults.GetOrAdd(part, _ => new()).Enqueue(fault);

    /// <summary>Has the next request answered with a status.</summary>
    public void Fail(string path, int status, int times = 1, params (string Name, string Value)[] headers)
    {
        for (int i = 0; i < times; i++)
        {
            Fail(path, context =>
            {
                context.Response.StatusCode = status;
                foreach ((string name, string value) in headers)
                {
                    context.Response.Headers[name] = value;
                }

                context.Response.Close();
                return true;
            });
        }
    }

    /// <summary>Has the connection of the next request to the store break after a number of bytes.</summary>
    public void Cut(string file, int afterBytes) => Fail("store GET /" + file, context =>
    {
        byte[] content = Files[file];
        int start = RangeStart(context.Request);
        context.Response.StatusCode = start > 0 ? 206 : 200;
        if (start > 0)
        {
            context.Response.Headers["Content-Range"] = $"bytes {start}-{content.Length - 1}/{content.Length}";
        }

        context.Response.ContentLength64 = content.Length - start;
        context.Response.OutputStream.Write(content, start, Math.Min(afterBytes, content.Length - start));
        context.Response.OutputStream.Flush();
        context.Response.Abort();
        return true;
    });

    public IEnumerable<HubRequest> To(string start) => Requests.Where(request => request.Line.StartsWith(start, StringComparison.Ordinal));

    public void Dispose()
    {
        _hub.Close();
        _store.Close();
    }

    private static (HttpListener Listener, Uri Address) Listen()
    {
        for (int attempt = 0; ; attempt++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            int port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return (listener, new Uri($"http://127.0.0.1:{port}/"));
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                listener.Close(); // another process took the port in between
            }
        }
    }

    private async Task ServeAsync(HttpListener listener, bool isStore)
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            _ = Task.Run(() => Answer(context, isStore));
        }
    }

    private void Answer(HttpListenerContext context, bool isStore)
    {
        try
        {
            HttpListenerRequest request = context.Request;
            string path = Uri.UnescapeDataString(request.Url!.AbsolutePath);
            string line = $"{(isStore ? "store" : "hub")} {request.HttpMethod} {path}";
            Requests.Enqueue(new HubRequest(line, request.Headers["Authorization"], request.Headers["Range"]));
            using var body = new MemoryStream();
            request.InputStream.CopyTo(body);
            Received[path] = body.ToArray();
            foreach ((string key, ConcurrentQueue<Func<HttpListenerContext, bool>> queue) in _faults)
            {
                if (line.Contains(key, StringComparison.Ordinal) && queue.TryDequeue(out Func<HttpListenerContext, bool>? fault) && fault(context))
                {
                    return;
                }
            }

            if (isStore)
            {
                Store(context, path);
            }
            else
            {
                Hub(context, path, Encoding.UTF8.GetString(body.ToArray()));
            }
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            context.Response.Abort(); // the client went away
        }
    }

    private void Hub(HttpListenerContext context, string path, string body)
    {
        string resolve = $"/{Model}/resolve/{Commit}/";
        if (Posts.TryGetValue(path, out Func<string, object>? post))
        {
            Json(context, post(body));
        }
        else if (path.StartsWith($"/api/models/{Model}/revision/", StringComparison.Ordinal))
        {
            Json(context, new
            {
                sha = Commit,
                siblings = Files.Select(file => Large.Contains(file.Key)
                    ? (object)new { rfilename = file.Key, size = file.Value.Length, blobId = new string('b', 40), lfs = new { sha256 = EtagOf(file.Key), size = file.Value.Length, pointerSize = 134 } }
                    : new { rfilename = file.Key, size = file.Value.Length, blobId = EtagOf(file.Key) }),
            });
        }
        else if (path.StartsWith(resolve, StringComparison.Ordinal) && Files.TryGetValue(path[resolve.Length..], out byte[]? content))
        {
            string file = path[resolve.Length..];
            context.Response.Headers["X-Repo-Commit"] = Commit;
            if (Large.Contains(file))
            {
                context.Response.StatusCode = 302;
                context.Response.Headers["X-Linked-Etag"] = $"\"{EtagOf(file)}\"";
                context.Response.Headers["X-Linked-Size"] = content.Length.ToString();
                context.Response.Headers["Location"] = new Uri(StoreAddress, $"{file}?sig={Requests.Count}").ToString();
                context.Response.Close();
            }
            else
            {
                context.Response.Headers["ETag"] = $"W/\"{EtagOf(file)}\"";
                Send(context, content);
            }
        }
        else
        {
            context.Response.StatusCode = 404;
            context.Response.Headers["X-Error-Code"] = "RepoNotFound";
            context.Response.Close();
        }
    }

    private void Store(HttpListenerContext context, string path)
    {
        if (context.Request.HttpMethod == "GET" && Files.TryGetValue(path.TrimStart('/'), out byte[]? content))
        {
            Send(context, content);
        }
        else if (Posts.TryGetValue(path, out Func<string, object>? post))
        {
            context.Response.Headers["ETag"] = $"\"etag-of-{path.Trim('/')}\"";
            Json(context, post(""));
        }
        else
        {
            context.Response.StatusCode = 404;
            context.Response.Close();
        }
    }

    private void Send(HttpListenerContext context, byte[] content)
    {
        int start = HonoursRanges ? RangeStart(context.Request) : 0;
        if (start >= content.Length && start > 0)
        {
            context.Response.StatusCode = 416;
            context.Response.Close();
            return;
        }

        if (start > 0)
        {
            context.Response.StatusCode = 206;
            context.Response.Headers["Content-Range"] = $"bytes {start}-{content.Length - 1}/{content.Length}";
        }

        context.Response.ContentLength64 = content.Length - start;
        if (context.Request.HttpMethod != "HEAD")
        {
            context.Response.OutputStream.Write(content, start, content.Length - start);
        }

        context.Response.Close();
    }

    private static int RangeStart(HttpListenerRequest request) => request.Headers["Range"] is { } range ? int.Parse(range["bytes=".Length..].TrimEnd('-')) : 0;

    private static void Json(HttpListenerContext context, object answer)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(answer);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength64 = json.Length;
        context.Response.OutputStream.Write(json);
        context.Response.Close();
    }
}
