namespace Hone.Models.Checkpoints.Hub;

/// <summary>A model in the cache.</summary>
/// <param name="Folder">The folder with its files.</param>
/// <param name="Commit">The commit they belong to.</param>
/// <param name="Files">The files that were asked for, with slashes; empty if the cache alone was asked.</param>
/// <param name="FetchedFiles">How many of them were fetched now.</param>
public sealed record HubSnapshot(string Folder, string Commit, IReadOnlyList<string> Files, int FetchedFiles);
