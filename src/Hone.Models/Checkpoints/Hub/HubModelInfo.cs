namespace Hone.Models.Checkpoints.Hub;

/// <summary>A model at one revision.</summary>
/// <param name="Name">The model.</param>
/// <param name="Commit">The commit that the revision stands for, 40 hexadecimal digits.</param>
/// <param name="Files">All files.</param>
public sealed record HubModelInfo(HubModelName Name, string Commit, IReadOnlyList<HubFile> Files);
