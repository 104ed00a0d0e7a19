using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Core.Recipes;
using Hone.Core.Registry;

namespace Hone.Cli.Commands;

/// <summary><c>hone help [KIND NAME]</c>: shows a command, the recipe's keys, a kind, or the keys of a registered part.</summary>
internal static class HelpCommand
{
    public static Command Create(CliHost host, RootCommand root)
    {
        var topic = new Argument<string?>("topic") { HelpName = "TOPIC", Description = "A command, a kind of part, or the word recipe.", Arity = ArgumentArity.ZeroOrOne };
        var name = new Argument<string?>("name") { HelpName = "NAME", Description = "With a kind: the part to explain.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> json = RunCommand.CreateJsonOption("Print the explanation of a part as one JSON object.");
        var command = new Command("help", "Explain a command, the recipe, or a part such as stage split.") { topic, name, json };
        command.SetAction(parse =>
        {
            Show(host, root, parse.GetValue(topic), parse.GetValue(name), parse.GetValue(json));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Show(CliHost host, RootCommand root, string? topic, string? name, bool json)
    {
        Command? command = topic is null ? root : root.Subcommands.FirstOrDefault(c => c.Name == topic);
        if (command is not null)
        {
            HelpText.Write(command, host.Out);
        }
        else if (topic == "recipe")
        {
            Write(host, host.CreateDescriber().DescribeRecipe(), json);
        }
        else if (name is null)
        {
            string kind = ResolveTopic(host, root, topic!); // a missing topic is the root command's help
            PartDescriber describer = host.CreateDescriber();
            host.Out.WriteLine($"{kind}: choose one with hone help {kind} NAME");
            int width = host.Registry.Names(kind).Max(part => part.Length) + 2;
            foreach (RegisteredPart part in host.Registry.All(kind))
            {
                host.Out.WriteLine($"  {part.Name.PadRight(width)}{describer.Headline(part)}");
            }
        }
        else
        {
            Write(host, host.CreateDescriber().Describe(host.Registry.Find(topic!, name)), json);
        }
    }

    private static string ResolveTopic(CliHost host, RootCommand root, string topic)
    {
        try
        {
            return host.Registry.ResolveKind(topic);
        }
        catch (UnknownPartException)
        {
            IReadOnlyList<string> nearest = NearestNames.Rank(topic, [.. root.Subcommands.Select(c => c.Name), .. host.Registry.Kinds, "recipe"]);
            throw new UnknownPartException($"There is no help on '{topic}'.", $"nearest: {string.Join(", ", nearest)}", "hone help shows all commands, hone list all kinds of parts");
        }
    }

    private static void Write(CliHost host, PartDescription part, bool json)
    {
        if (json)
        {
            host.Out.WriteLine(PartJson.Write(part));
        }
        else
        {
            PartText.Write(part, host.Out);
        }
    }
}
