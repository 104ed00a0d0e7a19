using Hone.Core.Runs;
using Hone.Models.Checkpoints.Hub;

namespace Hone.Models.Tests.Checkpoints.Hub;

public sealed class HubPullTests : HubTestBase
{
    private const int LargeBytes = 3_000_001;

    [Fact]
    public async Task Pull_Model_FillsTheCacheInTheHubsLayout()
    {
        byte[] config = Hub.Add("config.json", 300, isLarge: false);
        byte[] weights = Hub.Add("model.safetensors", LargeBytes, isLarge: true);
        Hub.Add("1_Pooling/config.json", 40, isLarge: false);

        HubSnapshot snapshot = await PullAsync();

        Assert.Equal(Path.Combine(ModelFolder, "snapshots", HubStandIn.Commit), snapshot.Folder);
        Assert.Equal(config, File.ReadAllBytes(Path.Combine(snapshot.Folder, "config.json")));
        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")));
        Assert.Equal($"../../blobs/{Hub.EtagOf("model.safetensors")}", new FileInfo(Path.Combine(snapshot.Folder, "model.safetensors")).LinkTarget);
        Assert.Equal($"../../../blobs/{Hub.EtagOf("1_Pooling/config.json")}", new FileInfo(Path.Combine(snapshot.Folder, "1_Pooling", "config.json")).LinkTarget);
        Assert.Equal(HubStandIn.Commit, File.ReadAllText(Path.Combine(ModelFolder, "refs", "main")));
        Assert.Equal(3, Directory.GetFiles(Path.Combine(ModelFolder, "blobs")).Length); // nothing incomplete is left
        Assert.Equal((3, 3), (snapshot.Files.Count, snapshot.FetchedFiles));
    }

    [Fact]
    public async Task Pull_Again_FetchesNothing()
    {
        Hub.Add("config.json", 300, isLarge: false);
        Hub.Add("model.safetensors", LargeBytes, isLarge: true);
        await PullAsync();
        int before = Hub.Requests.Count;

        HubSnapshot again = await PullAsync();

        Assert.Equal(0, again.FetchedFiles);
        Assert.Equal(before + 1, Hub.Requests.Count); // the list of files alone
    }

    [Fact]
    public async Task Pull_StoreOnAnotherHost_NeverSeesTheToken()
    {
        Hub.Add("model.safetensors", 1000, isLarge: true);

        await PullAsync();

        Assert.All(Hub.To("hub"), request => Assert.Equal("Bearer " + HubStandIn.Token, request.Authorization));
        Assert.NotEmpty(Hub.To("store"));
        Assert.All(Hub.To("store"), request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task Pull_CutConnection_ContinuesWhereItBroke()
    {
        byte[] weights = Hub.Add("model.safetensors", LargeBytes, isLarge: true);
        Hub.Cut("model.safetensors", 1_000_000);
        Hub.Cut("model.safetensors", 500_000);

        HubSnapshot snapshot = await PullAsync();

        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")));
        string?[] ranges = [.. Hub.To("store GET").Select(request => request.Range)];
        Assert.Equal(3, ranges.Length);
        Assert.Null(ranges[0]);
        Assert.All(ranges[1..], range => Assert.Matches("^bytes=[1-9][0-9]*-$", range));
    }

    [Fact]
    public async Task Pull_ConnectionsThatAlwaysBreakAtOnce_GiveUp()
    {
        Hub.Add("model.safetensors", LargeBytes, isLarge: true);
        for (int i = 0; i < 20; i++)
        {
            Hub.Cut("model.safetensors", 0);
        }

        HubException error = await FailAsync();

        Assert.Equal(HubFailure.Connection, error.Failure);
        Assert.Equal(4, Hub.To("store GET").Count());
    }

    [Fact]
    public async Task Pull_PartOfAnEarlierProcess_IsContinued()
    {
        byte[] weights = Hub.Add("model.safetensors", LargeBytes, isLarge: true);
        WriteIncomplete("model.safetensors", weights[..1_234_567]);

        HubSnapshot snapshot = await PullAsync();

        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")));
        Assert.Equal("bytes=1234567-", Assert.Single(Hub.To("store GET")).Range);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pull_WholeButUnfinishedPart_IsCompleted(bool isDamaged)
    {
        byte[] weights = Hub.Add("model.safetensors", 5000, isLarge: true);
        byte[] part = [.. weights];
        part[7] ^= (byte)(isDamaged ? 1 : 0);
        WriteIncomplete("model.safetensors", part);

        HubSnapshot snapshot = await PullAsync();

        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")));
        Assert.Equal(isDamaged ? 1 : 0, Hub.To("store GET").Count());
    }

    [Fact]
    public async Task Pull_StoreWithoutRanges_BeginsAnew()
    {
        byte[] weights = Hub.Add("model.safetensors", LargeBytes, isLarge: true);
        Hub.HonoursRanges = false;
        WriteIncomplete("model.safetensors", weights[..100]);

        HubSnapshot snapshot = await PullAsync();

        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")));
    }

    [Fact]
    public async Task Pull_OtherContentThanAnnounced_IsRefusedAndRemoved()
    {
        Hub.Add("model.safetensors", 5000, isLarge: true);
        for (int i = 0; i < 5; i++)
        {
            Hub.Fail("store GET", context =>
            {
                context.Response.ContentLength64 = 5000;
                context.Response.OutputStream.Write(new byte[5000]);
                context.Response.Close();
                return true;
            });
        }

        HubException error = await FailAsync();

        Assert.Equal(HubFailure.Corrupt, error.Failure);
        Assert.Empty(Directory.GetFiles(Path.Combine(ModelFolder, "blobs")));
        Assert.False(Directory.Exists(Path.Combine(ModelFolder, "snapshots")));
    }

    [Fact]
    public async Task Pull_ExpiredAddress_IsRenewed()
    {
        byte[] weights = Hub.Add("model.safetensors", LargeBytes, isLarge: true);
        Hub.Fail("store GET", 403);

        HubSnapshot snapshot = await PullAsync();

        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")));
        Assert.Equal(2, Hub.To("hub HEAD").Count());
    }

    [Fact]
    public async Task Pull_FullDisk_KeepsThePartAndContinuesLater()
    {
        byte[] weights = Hub.Add("model.safetensors", LargeBytes, isLarge: true);

        HubException error = await FailAsync(files: new FullDisk(1_000_000));
        HubSnapshot snapshot = await PullAsync();

        Assert.Equal(HubFailure.Disk, error.Failure);
        Assert.Contains("No space left", error.Facts, StringComparison.Ordinal);
        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(snapshot.Folder, "model.safetensors")));
        Assert.Matches("^bytes=[1-9][0-9]*-$", Hub.To("store GET").Last().Range);
    }

    [Fact]
    public async Task Pull_TwoAtOnce_FetchEachContentOnce()
    {
        for (int i = 0; i < 12; i++)
        {
            Hub.Add($"part-{i}.safetensors", 200_000 + i, isLarge: true);
        }

        HubSnapshot[] both = await Task.WhenAll(PullAsync(), PullAsync());

        Assert.Equal(both[0].Folder, both[1].Folder);
        Assert.Equal(12, Hub.To("store GET").Count());
        Assert.Equal(12, Directory.GetFiles(both[0].Folder).Length);
    }

    [Fact]
    public async Task Pull_BranchWithSlash_HasItsOwnRef()
    {
        Hub.Add("config.json", 10, isLarge: false);

        await PullAsync("refs/pr/3");

        Assert.Equal(HubStandIn.Commit, File.ReadAllText(Path.Combine(ModelFolder, "refs", "refs", "pr", "3")));
        Assert.NotNull(Cache().FindSnapshot(Model, "refs/pr/3"));
    }

    [Theory]
    [InlineData("../outside.json")]
    [InlineData("/etc/outside.json")]
    [InlineData("a/../../outside.json")]
    [InlineData("a\\b.json")]
    public async Task Pull_FileOutsideTheModel_IsRefused(string path)
    {
        Hub.Add(path, 10, isLarge: false);

        Assert.Equal(HubFailure.Server, (await FailAsync()).Failure);
    }

    [Fact]
    public async Task Pull_DiskWithoutRoom_IsRefusedBeforeAnythingMoves()
    {
        Hub.Add("model.safetensors", 10, isLarge: true);
        Hub.Posts["/api/models/org/name/revision/main"] = _ => new { sha = HubStandIn.Commit, siblings = new[] { new { rfilename = "model.safetensors", size = long.MaxValue / 2 } } };

        HubException error = await FailAsync();

        Assert.Equal(HubFailure.Disk, error.Failure);
        Assert.Empty(Hub.To("store"));
    }

    [Fact]
    public async Task Pull_Progress_EndsWithEveryFile()
    {
        Hub.Add("config.json", 300, isLarge: false);
        Hub.Add("model.safetensors", LargeBytes * 4, isLarge: true);

        await PullAsync();

        Assert.Equal(2, Events.Count(e => e.Event == HubEvent.Completed && e.DoneBytes == e.FileBytes));
        Assert.Contains(Events, e => e.Event == HubEvent.Moved && e.DoneBytes < e.FileBytes);
    }

    private void WriteIncomplete(string path, byte[] part)
    {
        string blobs = Path.Combine(ModelFolder, "blobs");
        Directory.CreateDirectory(blobs);
        File.WriteAllBytes(Path.Combine(blobs, Hub.EtagOf(path) + ".incomplete"), part);
    }

    /// <summary>A disk that is full after a number of bytes.</summary>
    private sealed class FullDisk(int bytes) : IFileSystem
    {
        private readonly PhysicalFileSystem _files = new();

        public Stream Create(string path) => _files.Create(path);

        public Stream OpenOrCreate(string path) => new Limited((FileStream)_files.OpenOrCreate(path), bytes);

        public void FlushToDisk(Stream stream) => _files.FlushToDisk(((Limited)stream).Inner);

        public void Replace(string from, string to) => _files.Replace(from, to);

        public void Delete(string path) => _files.Delete(path);
    }

    private sealed class Limited(FileStream inner, int bytes) : Stream
    {
        public FileStream Inner => inner;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (inner.Position + count > bytes)
            {
                throw new IOException("No space left on device", 28);
            }

            inner.Write(buffer, offset, count);
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
