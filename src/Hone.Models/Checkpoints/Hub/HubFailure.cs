namespace Hone.Models.Checkpoints.Hub;

/// <summary>Why something with the hub failed.</summary>
public enum HubFailure
{
    /// <summary>A text is no name of a model.</summary>
    BadName,

    /// <summary>There is no such model, or it is private and the token does not open it.</summary>
    ModelNotFound,

    /// <summary>The model has no such branch, tag or commit.</summary>
    RevisionNotFound,

    /// <summary>The model has no such file, or none that matches.</summary>
    FileNotFound,

    /// <summary>The token is missing, wrong or may not do this.</summary>
    NotAuthorized,

    /// <summary>The model's owner must grant access first.</summary>
    Gated,

    /// <summary>The hub refuses further requests for now.</summary>
    RateLimited,

    /// <summary>The hub answers with an error of its own, or with something that makes no sense.</summary>
    Server,

    /// <summary>The hub cannot be reached, or the connection broke too often.</summary>
    Connection,

    /// <summary>A file that arrived is not the one that was announced.</summary>
    Corrupt,

    /// <summary>The disk is full, or a file cannot be written.</summary>
    Disk,

    /// <summary>The network may not be used, and the cache does not hold what is asked for.</summary>
    Offline,
}
