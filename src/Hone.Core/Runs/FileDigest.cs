using System.Security.Cryptography;

namespace Hone.Core.Runs;

/// <summary>Size and hash of a file's content.</summary>
/// <param name="SizeBytes">Size in bytes.</param>
/// <param name="Sha256">SHA-256 in lower-case hexadecimal.</param>
public readonly record struct FileDigest(long SizeBytes, string Sha256)
{
    /// <summary>Reads a file to its end.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static FileDigest Of(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        string hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        return new FileDigest(stream.Position, hash);
    }
}
