using Hone.Core.Errors;

namespace Hone.Core.Stages;

/// <summary>Before a run, a stage was asked about files that an earlier stage has yet to make.</summary>
/// <param name="from">The stage that makes them.</param>
/// <param name="artifact">The file.</param>
/// <param name="stage">The stage that was asked.</param>
public sealed class InputNotMadeException(string from, string artifact, string stage) : HoneException(
    $"The stage '{from}' has not made '{artifact}' yet.", $"stage '{stage}'", "nothing has run", $"run '{from}' first (hone run RECIPE --only {from}), and give that run with --resume RUN")
{
    /// <summary>The stage that makes the file.</summary>
    public string From => from;
}
