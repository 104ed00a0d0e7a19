using Hone.Core.Errors;

namespace Hone.Curation.Synthesis;

/// <summary>Rows that cannot be made as asked: no skill left, or fewer different rows than wanted.</summary>
public sealed class SynthesisException : HoneException
{
    /// <summary>Creates the error from its parts.</summary>
    /// <param name="what">What is wrong.</param>
    /// <param name="where">The stage.</param>
    /// <param name="facts">What was wanted and found.</param>
    /// <param name="fix">What repairs it.</param>
    public SynthesisException(string what, string where, string facts, string fix)
        : base(what, where, facts, fix)
    {
    }
}
