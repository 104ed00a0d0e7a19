using Hone.Core.Errors;

namespace Hone.Cli;

/// <summary>A run that stopped with an error and can be continued once the cause is gone.</summary>
internal sealed class RunFailedException(HoneException cause, string resumeCommand)
    : HoneException(cause.What, cause.Where, cause.Facts, cause.Fix, cause)
{
    /// <summary>The command line that continues the run.</summary>
    public string ResumeCommand { get; } = resumeCommand;
}
