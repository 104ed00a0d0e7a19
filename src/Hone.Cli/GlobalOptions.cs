using System.CommandLine;

namespace Hone.Cli;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    /// <summary>Name of <see cref="Trace"/>.</summary>
    public const string TraceName = "--trace";

    public GlobalOptions()
    {
        Threads.Validators.Add(result =>
        {
            string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (!int.TryParse(text, out int threads) || threads is < 1 or > ThreadSetting.MaxThreads)
            {
                result.AddError($"--threads must be a whole number from 1 to {ThreadSetting.MaxThreads}, got '{text}'");
            }
        });
    }

    /// <summary>Shows help.</summary>
    public Option<bool> Help { get; } = new("--help", "-h") { Description = "Show this help.", Recursive = true };

    /// <summary>Shows the version.</summary>
    public Option<bool> Version { get; } = new("--version") { Description = "Show the version." };

    /// <summary>Number of threads.</summary>
    public Option<int?> Threads { get; } = new("--threads") { Description = "Number of threads to compute with; all processors if not given.", HelpName = "N", Recursive = true };

    /// <summary>Adds stack traces to errors.</summary>
    public Option<bool> Trace { get; } = new(TraceName) { Description = "Add the stack trace to an error, for a report.", Recursive = true };
}
