namespace Hone.Cli.Commands;

/// <summary>What <c>hone run</c> was asked to do.</summary>
internal sealed record RunRequest(string? Recipe, string[] Sets, bool DryRun, string? Only, string? Resume, bool Json)
{
    /// <summary>The command line that continues this run.</summary>
    public string ResumeCommand(string folder)
    {
        IEnumerable<string> words = ["hone", "run"];
        words = Recipe is null ? words : words.Append(Recipe);
        words = words.Concat(Sets.SelectMany(set => new[] { "--set", set }));
        words = Only is null ? words : words.Concat(["--only", Only]);
        return string.Join(' ', words.Concat(["--resume", folder]).Select(Quote));
    }

    // Single quotes keep everything literal in a POSIX shell; a quote inside ends and reopens them.
    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '/' or '_' or '-' or '=' or ':' or ',' or '+' or '\\')
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
