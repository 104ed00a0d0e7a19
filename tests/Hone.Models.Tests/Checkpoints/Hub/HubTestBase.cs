using System.Collections.Concurrent;
using Hone.Core.Runs;
using Hone.Models.Checkpoints.Hub;

namespace Hone.Models.Tests.Checkpoints.Hub;

/// <summary>A stand-in hub, an empty cache, and clients between them that wait for nothing.</summary>
public abstract class HubTestBase : IDisposable
{
    private readonly HttpClient _http = HubClient.CreateHttp();
    private readonly string _folder = Directory.CreateTempSubdirectory("hone-hub-").FullName;

    internal static HubModelName Model { get; } = HubModelName.Parse("org/name").Name;

    internal HubStandIn Hub { get; } = new();

    internal ConcurrentQueue<HubProgress> Events { get; } = new();

    internal ConcurrentQueue<TimeSpan> Waits { get; } = new();

    internal string CacheFolder => Path.Combine(_folder, "hub");

    internal string ModelFolder => Path.Combine(CacheFolder, "models--org--name");

    internal string Scratch => _folder;

    internal HubOptions Options => new() { Endpoint = Hub.Address, CacheFolder = CacheFolder, Token = HubStandIn.Token, MaxAttempts = 4 };

    internal HubCache Cache(IFileSystem? files = null) => new(CacheFolder, files ?? new PhysicalFileSystem(), TimeProvider.System);

    internal HubClient Client(HubOptions? options = null) => new(new HubTransport(_http, options ?? Options, TimeProvider.System, (wait, _) =>
    {
        Waits.Enqueue(wait);
        return Task.CompletedTask;
    }));

    internal Task<HubSnapshot> PullAsync(string revision = "main", HubFileFilter? filter = null, HubOptions? options = null, IFileSystem? files = null) =>
        new HubDownloader(Client(options), Cache(files), Events.Enqueue).PullAsync(Model, revision, filter ?? HubFileFilter.All);

    internal async Task<HubException> FailAsync(string revision = "main", HubOptions? options = null, IFileSystem? files = null) =>
        await Assert.ThrowsAsync<HubException>(() => PullAsync(revision, options: options, files: files));

    public void Dispose()
    {
        Hub.Dispose();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
