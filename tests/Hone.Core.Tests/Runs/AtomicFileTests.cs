using System.Security.Cryptography;
using Hone.Core.Runs;

namespace Hone.Core.Tests.Runs;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Commit_Content_AppearsWithItsDigest()
    {
        byte[] content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7))];

        FileDigest digest = AtomicFile.Write(new PhysicalFileSystem(), _folder["a.bin"], content);

        Assert.Equal(content, File.ReadAllBytes(_folder["a.bin"]));
        Assert.Equal(new FileDigest(200_000, Convert.ToHexStringLower(SHA256.HashData(content))), digest);
        Assert.Equal(digest, FileDigest.Of(_folder["a.bin"], TestContext.Current.CancellationToken));
        Assert.Equal(["a.bin"], Directory.GetFiles(_folder.Path).Select(f => Path.GetFileName(f)));
    }

    [Fact]
    public void Dispose_NotCommitted_KeepsTheEarlierVersion()
    {
        _folder.Write("a.txt", "old");
        using (var file = new AtomicFile(new PhysicalFileSystem(), _folder["a.txt"]))
        {
            file.Write(new byte[1 << 20]); // more than is kept back in memory
            Assert.NotEqual(0, new FileInfo(_folder["a.txt"] + AtomicFile.TemporarySuffix).Length);
            Assert.Equal("old", File.ReadAllText(_folder["a.txt"]));
        }

        Assert.Equal("old", File.ReadAllText(_folder["a.txt"]));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Commit_Twice_Throws()
    {
        using var file = new AtomicFile(new PhysicalFileSystem(), _folder["a.txt"]);
        file.Commit();

        Assert.Throws<InvalidOperationException>(() => file.Commit());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Write_FullDisk_ExplainsAndKeepsTheEarlierVersion(long room)
    {
        _folder.Write("a.txt", "old");

        var error = Assert.Throws<RunFolderException>(() => AtomicFile.Write(new QuotaFileSystem(room), _folder["a.txt"], "newer"u8));

        Assert.StartsWith("The disk is full", error.What, StringComparison.Ordinal);
        Assert.Equal(_folder["a.txt"], error.Where);
        Assert.Contains("--resume", error.Fix, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(_folder["a.txt"]));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Write_DevFull_IsRecognisedAsAFullDisk()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no /dev/full");
        File.CreateSymbolicLink(_folder["out.bin"] + AtomicFile.TemporarySuffix, "/dev/full");
        using var file = new AtomicFile(new PhysicalFileSystem(), _folder["out.bin"]);

        var error = Assert.Throws<RunFolderException>(() => file.Write(new byte[1 << 20]));

        Assert.StartsWith("The disk is full", error.What, StringComparison.Ordinal);
        Assert.Equal(_folder["out.bin"], error.Where);
    }

    [Fact]
    public void Constructor_FolderDoesNotExist_Explains()
    {
        var error = Assert.Throws<RunFolderException>(() => new AtomicFile(new PhysicalFileSystem(), _folder["no/such/a.txt"]));

        Assert.Contains("cannot be written", error.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_PowerLossAtEachOperation_LeavesOldOrNew()
    {
        var seen = new HashSet<string>();
        for (int operations = 0; operations < 4; operations++)
        {
            _folder.Write("a.txt", "old");
            try
            {
                AtomicFile.Write(new QuotaFileSystem(long.MaxValue, operations), _folder["a.txt"], "new"u8);
            }
            catch (QuotaFileSystem.PowerLossException)
            {
                // the point of the test
            }

            seen.Add(File.ReadAllText(_folder["a.txt"]));
        }

        Assert.Equal(["old", "new"], seen);
    }
}
