using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Core.Recipes;
using Hone.Core.Registry;

namespace Hone.Cli.Commands;

/// <summary><c>hone list [KIND]</c>: shows what a recipe's <c>type:</c> can name.</summary>
internal static class ListCommand
{
    public static Command Create(CliHost host)
    {
        var kind = new Argument<string?>("kind") { HelpName = "KIND", Description = "A kind of part, such as stages; all kinds if not given.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> json = RunCommand.CreateJsonOption("Print one JSON object a line.");
        var command = new Command("list", "Show the parts that recipes can use.") { kind, json };
        command.SetAction(parse =>
        {
            List(host, parse.GetValue(kind), parse.GetValue(json));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void List(CliHost host, string? kind, bool json)
    {
        if (kind is null)
        {
            foreach (string known in host.Registry.Kinds)
            {
                int count = host.Registry.All(known).Count;
                host.Out.WriteLine(json ? JsonLine.Write(w =>
                {
                    w.WriteString("kind", known);
                    w.WriteNumber("count", count);
                }) : $"{known}  {count}");
            }

            return;
        }

        PartDescriber describer = host.CreateDescriber();
        IReadOnlyCollection<RegisteredPart> parts = host.Registry.All(kind);
        int width = parts.Max(part => part.Name.Length) + 2;
        foreach (RegisteredPart part in parts)
        {
            string headline = describer.Headline(part);
            host.Out.WriteLine(json ? JsonLine.Write(w =>
            {
                w.WriteString("kind", part.Kind);
                w.WriteString("name", part.Name);
                w.WriteNumber("version", part.Version);
                w.WriteString("summary", headline);
            }) : $"{part.Name.PadRight(width)}{headline}");
        }
    }
}
