namespace Hone.Models.Checkpoints.Hub;

/// <summary>What the hub says of a file before it is fetched.</summary>
/// <param name="Commit">The commit it belongs to.</param>
/// <param name="Etag">Identity of the content: SHA-256 of a large file, git's SHA-1 of a small one. It names the blob in the cache.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Location">Where the content is, on the hub or elsewhere.</param>
internal sealed record HubFileMetadata(string Commit, string Etag, long SizeBytes, Uri Location);
