using Hone.Core.Errors;

namespace Hone.Models.Checkpoints.Hub;

/// <summary>Something could not be fetched from the hub, found in its cache, or sent to it.</summary>
public sealed class HubException : HoneException
{
    /// <summary>Creates the error.</summary>
    /// <param name="failure">Why it failed.</param>
    /// <param name="what">One sentence that says what failed.</param>
    /// <param name="where">The model, file or address.</param>
    /// <param name="facts">What the hub or the system said.</param>
    /// <param name="fix">What to do.</param>
    /// <param name="inner">The failure this one explains.</param>
    public HubException(HubFailure failure, string what, string where, string facts, string fix, Exception? inner = null)
        : base(what, where, facts, fix, inner) => Failure = failure;

    /// <summary>Why it failed.</summary>
    public HubFailure Failure { get; }
}
