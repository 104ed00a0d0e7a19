namespace Hone.Models.Checkpoints.Hub;

/// <summary>What a transfer reports.</summary>
public enum HubEvent
{
    /// <summary>A file begins, possibly with bytes of an earlier attempt.</summary>
    Started,

    /// <summary>More bytes have arrived or left.</summary>
    Moved,

    /// <summary>The file is complete and checked.</summary>
    Completed,

    /// <summary>The file was there already.</summary>
    Present,

    /// <summary>A request failed and will be tried again.</summary>
    Retrying,

    /// <summary>Something a user should know.</summary>
    Warning,
}
