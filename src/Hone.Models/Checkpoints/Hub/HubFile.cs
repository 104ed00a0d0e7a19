namespace Hone.Models.Checkpoints.Hub;

/// <summary>A file of a model as the hub lists it.</summary>
/// <param name="Path">Path inside the repository, with slashes.</param>
/// <param name="SizeBytes">Size; null if the hub does not say.</param>
/// <param name="Hash">SHA-256 of a large file, or git's SHA-1 of a small one, in hexadecimal; null if the hub does not say.</param>
public sealed record HubFile(string Path, long? SizeBytes, string? Hash);
