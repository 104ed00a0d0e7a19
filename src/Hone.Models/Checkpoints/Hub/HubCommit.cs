namespace Hone.Models.Checkpoints.Hub;

/// <summary>What a push made.</summary>
/// <param name="Commit">The new commit.</param>
/// <param name="Address">Where it can be seen.</param>
/// <param name="Files">How many files it holds.</param>
public sealed record HubCommit(string Commit, string Address, int Files);
