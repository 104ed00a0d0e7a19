using System.Security.Cryptography;

namespace Hone.Core.Runs;

/// <summary>Size and hash of a file's content.</summary>
/// <param name="SizeBytes">Size in bytes.</param>
/// <param name="Sha256">SHA-256 in lower-case hexadecimal.</param>
public readonly record struct FileDigest(long SizeBytes, string Sha256)
{
    private const int BlockBytes = 1 << 20;

    /// <summary>Reads a file to its end.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two blocks of a large file.</exception>
    public static FileDigest Of(string path, CancellationToken cancellationToken = default)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] block = new byte[(int)Math.Clamp(stream.Length, 1, BlockBytes)];
        long sizeBytes = 0;
        for (int read = stream.Read(block); read > 0; read = stream.Read(block))
        {
            hash.AppendData(block, 0, read);
            sizeBytes += read;
            cancellationToken.ThrowIfCancellationRequested();
        }

        return new FileDigest(sizeBytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
