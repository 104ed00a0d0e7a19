namespace Hone.Core.Runs;

/// <summary>Identifies a file by content, for the manifest.</summary>
/// <param name="Path">Path relative to the run folder with forward slashes; for inputs from outside, as the recipe names it.</param>
/// <param name="SizeBytes">Size in bytes.</param>
/// <param name="Sha256">SHA-256 in lower-case hexadecimal.</param>
public sealed record ArtifactRecord(string Path, long SizeBytes, string Sha256);
