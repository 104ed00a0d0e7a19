using System.Text;
using Hone.Core.Runs;

namespace Hone.Core.Tests.Runs;

public sealed class MetricsLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string LogPath => _folder["metrics.jsonl"];

    public void Dispose() => _folder.Dispose();

    private void Append(params double[] values)
    {
        using var log = new MetricsLog(new PhysicalFileSystem(), LogPath);
        foreach (double value in values)
        {
            log.Append(json => json.WriteNumber("loss", value));
        }

        log.Flush();
    }

    [Fact]
    public void Append_Lines_AreWholeObjects()
    {
        Append(1.5, 2);

        Assert.Equal("{\"loss\":1.5}\n{\"loss\":2}\n", File.ReadAllText(LogPath));
    }

    [Fact]
    public void Open_CutAtEveryByte_KeepsWholeLinesAndAppends()
    {
        Append(1.5, 2.25, 3);
        byte[] whole = File.ReadAllBytes(LogPath);
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(LogPath, whole[..length]);
            int kept = Encoding.ASCII.GetString(whole, 0, length).LastIndexOf('\n') + 1;

            using (var log = new MetricsLog(new PhysicalFileSystem(), LogPath))
            {
                Assert.Equal(length - kept, log.CutBytes);
                log.Append(json => json.WriteNumber("loss", 9));
            }

            Assert.Equal(Encoding.ASCII.GetString(whole, 0, kept) + "{\"loss\":9}\n", File.ReadAllText(LogPath));
        }
    }

    [Theory]
    [InlineData("{\"a\":1}\n\0\0\0\0\0\n")]
    [InlineData("{\"a\":1}\n\0\0\n\0\0\0")]
    [InlineData("{\"a\":1}\n{\"b\":\n")]
    [InlineData("{\"a\":1}\n[1]\n12\n")]
    public void Open_EndThatIsNoObject_IsCutToTheLastGoodLine(string content)
    {
        File.WriteAllText(LogPath, content);

        using (var log = new MetricsLog(new PhysicalFileSystem(), LogPath))
        {
            Assert.Equal(content.Length - 8, log.CutBytes);
        }

        Assert.Equal("{\"a\":1}\n", File.ReadAllText(LogPath));
    }

    [Fact]
    public void Open_LineLongerThanTheTailBuffer_IsKept()
    {
        string line = $"{{\"a\":\"{new string('x', 300_000)}\"}}\n";
        File.WriteAllText(LogPath, line + line + "{\"torn");

        using var log = new MetricsLog(new PhysicalFileSystem(), LogPath);

        Assert.Equal(6, log.CutBytes);
    }

    [Fact]
    public void Append_FullDisk_TakesTheTornLineBack()
    {
        using var log = new MetricsLog(new QuotaFileSystem(17), LogPath);
        log.Append(json => json.WriteNumber("loss", 1));

        var error = Assert.Throws<RunFolderException>(() => log.Append(json => json.WriteNumber("loss", 2)));

        Assert.StartsWith("The disk is full", error.What, StringComparison.Ordinal);
        Assert.Equal("{\"loss\":1}\n", ReadShared());
    }

    private string ReadShared()
    {
        using var stream = new FileStream(LogPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return new StreamReader(stream).ReadToEnd();
    }
}
