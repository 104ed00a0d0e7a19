namespace Hone.Models.Checkpoints.Hub;

/// <summary>How far a transfer is.</summary>
/// <param name="File">The file that moved on.</param>
/// <param name="DoneBytes">Bytes of this file that are there, those of an earlier attempt included.</param>
/// <param name="FileBytes">Its size.</param>
/// <param name="Event">What happened.</param>
/// <param name="Detail">Of a warning or a retry, what happened; else empty.</param>
public sealed record HubProgress(string File, long DoneBytes, long FileBytes, HubEvent Event, string Detail = "");
