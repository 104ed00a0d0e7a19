using System.CommandLine;
using Hone.Core.Registry;

namespace Hone.Cli.Rendering;

/// <summary>Words the mistakes of a command line, with the nearest command or option.</summary>
internal static class UsageErrors
{
    /// <summary>Lays out the first mistake of a command line.</summary>
    public static string Render(ParseResult parse)
    {
        Command command = parse.CommandResult.Command;
        string path = command.Parents.Any() ? $"hone {command.Name}" : "hone";
        (string message, string note) = Explain(parse, command, path);
        return $"error: {message}\n" + (note.Length > 0 ? $"      = {note}\n" : "") + $"      = help: {path} --help";
    }

    private static (string Message, string Note) Explain(ParseResult parse, Command command, string path)
    {
        if (parse.UnmatchedTokens is not [string token, ..])
        {
            string first = parse.Errors[0].Message.TrimEnd('.');
            return (char.ToLowerInvariant(first[0]) + first[1..], "");
        }

        if (token.StartsWith('-'))
        {
            string name = token.Split('=')[0];
            string[] options = [.. AllOptions(command).SelectMany(o => o.Aliases.Append(o.Name))];
            return ($"{path} has no option '{name}'", Meant(name, options, "options"));
        }

        if (command.Subcommands.Count > 0)
        {
            return ($"there is no command '{token}'", Meant(token, [.. command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name)], "commands"));
        }

        return ($"'{token}' is one argument too many for {path}", "quote a value that contains spaces");
    }

    private static string Meant(string name, string[] known, string label)
    {
        IReadOnlyList<string> similar = NearestNames.Similar(name, known);
        return similar.Count > 0 ? $"did you mean '{string.Join("' or '", similar)}'?" : $"{label}: {string.Join(", ", known.Order(StringComparer.Ordinal))}";
    }

    private static IEnumerable<Option> AllOptions(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => parent.Options.Where(o => o.Recursive)));
}
