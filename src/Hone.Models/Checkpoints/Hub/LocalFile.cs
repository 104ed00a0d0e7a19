namespace Hone.Models.Checkpoints.Hub;

/// <summary>A file on its way to the hub.</summary>
internal sealed class LocalFile(string path, string fullPath, long sizeBytes)
{
    /// <summary>Path on the hub, with slashes.</summary>
    public string Path { get; } = path;

    public long SizeBytes { get; } = sizeBytes;

    /// <summary>Whether it goes to the store for large files.</summary>
    public bool IsLarge { get; set; }

    /// <summary>Whether the hub does not want it (.gitignore).</summary>
    public bool IsIgnored { get; set; }

    /// <summary>Its hash, of large files.</summary>
    public string Sha256 { get; set; } = "";

    public FileStream Open()
    {
        try
        {
            return new FileStream(fullPath, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HubException(HubFailure.Disk, "A file cannot be read.", fullPath, e.Message, "check that it is there and readable", e);
        }
    }

    /// <summary>The first bytes.</summary>
    public byte[] Sample(int bytes)
    {
        using FileStream file = Open();
        var sample = new byte[Math.Min(bytes, SizeBytes)];
        return sample[..file.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false)];
    }
}
