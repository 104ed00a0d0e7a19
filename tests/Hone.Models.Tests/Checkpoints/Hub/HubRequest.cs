namespace Hone.Models.Tests.Checkpoints.Hub;

/// <summary>A request that the stand-in received.</summary>
/// <param name="Line">Server, method and path.</param>
/// <param name="Authorization">The header of that name.</param>
/// <param name="Range">The header of that name.</param>
internal sealed record HubRequest(string Line, string? Authorization, string? Range);
