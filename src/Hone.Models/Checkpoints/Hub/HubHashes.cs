using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hone.Models.Checkpoints.Hub;

/// <summary>The hashes by which the hub identifies contents.</summary>
internal static class HubHashes
{
    private const int Sha1Digits = 40;
    private const int Sha256Digits = 64;

    public static bool IsCommit(string text) => text.Length == Sha1Digits && text.All(char.IsAsciiHexDigitLower);

    /// <summary>A hash that gives the etag of a content, begun; null if the etag is of no known kind, so that only the size can be checked.</summary>
    /// <param name="etag">SHA-256 of a large file, or git's SHA-1 of a small one.</param>
    /// <param name="sizeBytes">Size of the content, which git hashes first.</param>
    public static IncrementalHash? Begin(string etag, long sizeBytes)
    {
        if (!etag.All(char.IsAsciiHexDigitLower))
        {
            return null;
        }

        switch (etag.Length)
        {
            case Sha256Digits:
                return IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            case Sha1Digits:
#pragma warning disable CA5350 // Git names contents by SHA-1; here it finds damage, not forgery.
                var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
                sha1.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {sizeBytes}\0")));
                return sha1;
            default:
                return null;
        }
    }
}
