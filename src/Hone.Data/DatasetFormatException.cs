using Hone.Core.Errors;

namespace Hone.Data;

/// <summary>Data that cannot be trained on: a missing or malformed file, a form that nobody knows, nothing left after dropping rows.</summary>
public sealed class DatasetFormatException : HoneException
{
    /// <summary>Creates the error from its parts.</summary>
    /// <param name="what">What is wrong.</param>
    /// <param name="where">The file, and the line where there is one.</param>
    /// <param name="facts">What was expected and found.</param>
    /// <param name="fix">What repairs it.</param>
    /// <param name="inner">The failure this one explains.</param>
    public DatasetFormatException(string what, string where, string facts, string fix, Exception? inner = null)
        : base(what, where, facts, fix, inner)
    {
    }
}
