using Hone.Core.Errors;

namespace Hone.Core.Registry;

/// <summary>A name or kind that nothing is registered under; names the nearest ones and the command that lists all.</summary>
public sealed class UnknownPartException : HoneException
{
    /// <summary>Creates the error for a kind or name that was looked up.</summary>
    /// <param name="what">One sentence that says what was not found.</param>
    /// <param name="facts">The nearest names.</param>
    /// <param name="fix">The command that lists all.</param>
    public UnknownPartException(string what, string facts, string fix)
        : base(what, facts: facts, fix: fix)
    {
    }
}
