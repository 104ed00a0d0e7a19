using Hone.Core.Errors;

namespace Hone.Core.Stages;

/// <summary>A JSONL file with a line that is not JSON, or without any.</summary>
public sealed class JsonLinesException : HoneException
{
    /// <summary>Creates the error from its parts.</summary>
    /// <param name="what">What is wrong.</param>
    /// <param name="where">file:line:column.</param>
    /// <param name="facts">What was found.</param>
    /// <param name="fix">What repairs it.</param>
    public JsonLinesException(string what, string where, string facts, string fix)
        : base(what, where, facts, fix)
    {
    }
}
