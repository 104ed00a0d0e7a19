using System.Text;

namespace Hone.Core.Errors;

/// <summary>Base of every failure that Hone explains to a user: what failed, where, the facts, and how to fix it.</summary>
/// <remarks>The four parts are kept apart so that the command line, a log and a JSON result can each lay them out; <see cref="Exception.Message"/> joins them.</remarks>
public class HoneException : Exception
{
    /// <summary>Creates an error from its four parts; empty parts are left out of the message.</summary>
    /// <param name="what">One sentence that says what failed.</param>
    /// <param name="where">file:line:column, or an op with its module path.</param>
    /// <param name="facts">Expected and got: shapes, dtypes, values.</param>
    /// <param name="fix">A command, key or value that repairs it.</param>
    /// <param name="inner">The failure this one explains.</param>
    public HoneException(string what, string where = "", string facts = "", string fix = "", Exception? inner = null)
        : base(Join(what, where, facts, fix), inner)
    {
        What = what;
        Where = where;
        Facts = facts;
        Fix = fix;
    }

    /// <summary>One sentence that says what failed.</summary>
    public string What { get; }

    /// <summary>file:line:column, or an op with its module path; empty when there is no place to name.</summary>
    public string Where { get; }

    /// <summary>Expected and got.</summary>
    public string Facts { get; }

    /// <summary>What repairs it.</summary>
    public string Fix { get; }

    private static string Join(string what, string where, string facts, string fix)
    {
        var text = new StringBuilder(what);
        Append(text, "at", where);
        Append(text, "got", facts);
        Append(text, "fix", fix);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string label, string part)
    {
        if (part.Length > 0)
        {
            text.Append('\n').Append("  ").Append(label.PadRight(5)).Append(part);
        }
    }
}
