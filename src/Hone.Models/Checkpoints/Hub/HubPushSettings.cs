namespace Hone.Models.Checkpoints.Hub;

/// <summary>How a folder is sent to the hub.</summary>
public sealed record HubPushSettings
{
    /// <summary>First line of the commit's message.</summary>
    public string Message { get; init; } = "Upload with hone";

    /// <summary>Rest of the commit's message.</summary>
    public string Description { get; init; } = "";

    /// <summary>The branch that is committed to.</summary>
    public string Revision { get; init; } = "main";

    /// <summary>Whether a model that is created is private.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Which files of the folder are sent.</summary>
    public HubFileFilter Filter { get; init; } = HubFileFilter.All;
}
