using System.CommandLine;
using System.Text;

namespace Hone.Cli.Rendering;

/// <summary>Writes the help of a command from its description, arguments, options and subcommands.</summary>
internal static class HelpText
{
    /// <summary>Writes the help of a command.</summary>
    public static void Write(Command command, TextWriter writer)
    {
        writer.WriteLine(command.Description);
        writer.WriteLine();
        writer.WriteLine($"usage: {Usage(command)}");
        WriteTable(writer, "commands", command.Subcommands.Where(c => !c.Hidden).Select(c => (Usage(c)[(Path(command).Length + 1)..], c.Description)));
        WriteTable(writer, "arguments", command.Arguments.Select(a => (Name(a), a.Description)));
        WriteTable(writer, "options", command.Options.Concat(Inherited(command)).Where(o => !o.Hidden).Select(o => (Name(o), o.Description)));
        if (command.Subcommands.Count > 0)
        {
            writer.WriteLine();
            writer.WriteLine("hone help COMMAND shows a command; hone list shows what recipes can use.");
        }
    }

    private static void WriteTable(TextWriter writer, string title, IEnumerable<(string Name, string? Text)> rows)
    {
        (string Name, string? Text)[] all = [.. rows];
        if (all.Length == 0)
        {
            return;
        }

        const int maxNameWidth = 34; // a longer name has its text on the next line
        int width = all.Where(row => row.Name.Length <= maxNameWidth).Select(row => row.Name.Length).DefaultIfEmpty(0).Max() + 2;
        writer.WriteLine();
        writer.WriteLine($"{title}:");
        foreach ((string name, string? text) in all)
        {
            if (name.Length > maxNameWidth)
            {
                writer.WriteLine($"  {name}");
            }

            writer.WriteLine($"  {(name.Length > maxNameWidth ? "" : name).PadRight(width)}{text}".TrimEnd());
        }
    }

    private static string Path(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : "hone";

    private static string Usage(Command command)
    {
        var usage = new StringBuilder(Path(command));
        if (command.Subcommands.Count > 0)
        {
            usage.Append(" COMMAND");
        }

        foreach (Argument argument in command.Arguments)
        {
            usage.Append(' ').Append(argument.Arity.MinimumNumberOfValues == 0 ? $"[{Name(argument)}]" : Name(argument));
        }

        foreach (Option option in command.Options.Where(o => !o.Hidden && !o.Recursive))
        {
            usage.Append($" [{Name(option)}]").Append(option.AllowMultipleArgumentsPerToken || option.Arity.MaximumNumberOfValues > 1 ? "…" : "");
        }

        return usage.ToString();
    }

    private static string Name(Argument argument) => argument.Arity.MaximumNumberOfValues > 1 ? $"{argument.HelpName}…" : argument.HelpName ?? argument.Name;

    private static string Name(Option option) => string.Join(", ", option.Aliases.Append(option.Name)) + (option.HelpName is null ? "" : $" {option.HelpName}");

    private static IEnumerable<Option> Inherited(Command command) =>
        command.Parents.OfType<Command>().SelectMany(parent => parent.Options.Where(o => o.Recursive).Concat(Inherited(parent)));
}
