using System.CommandLine;
using Hone.Cli.Commands;
using Hone.Cli.Rendering;
using Hone.Core.Errors;
using Hone.Core.Recipes;
using Hone.Core.Registry;
using Hone.Core.Runs;

namespace Hone.Cli;

/// <summary>The command line: parses arguments, runs a command and turns every outcome into text and an exit code.</summary>
internal static class CliProgram
{
    /// <summary>Runs the program.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static int Run(string[] args, CliHost host)
    {
        GlobalOptions global = new();
        try
        {
            RootCommand root = CreateRoot(host, global);
            ParseResult parse = root.Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
            Command command = parse.CommandResult.Command;
            if (parse.GetValue(global.Help) || (args.Length == 0))
            {
                HelpText.Write(command, args.Length == 0 ? host.Error : host.Out);
                return args.Length == 0 ? ExitCodes.Usage : ExitCodes.Done;
            }

            if (parse.GetValue(global.Version) && command == root)
            {
                host.Out.WriteLine($"hone {ProductVersion.Read()}");
                return ExitCodes.Done;
            }

            if (parse.Errors.Count > 0)
            {
                host.Error.WriteLine(UsageErrors.Render(parse));
                return ExitCodes.Usage;
            }

            if (parse.GetValue(global.Threads) is { } threads)
            {
                host.SetThreads(threads);
            }

            return parse.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = host.Out, Error = host.Error });
        }
        catch (RecipeException e)
        {
            host.Error.WriteLine(e.Render());
            return ExitCodes.Usage;
        }
        catch (HoneException e)
        {
            host.Error.WriteLine($"error: {e.Message}");
            if (e is RunFailedException failed)
            {
                host.Error.WriteLine($"  then {failed.ResumeCommand}");
            }

            WriteTrace(e, args, host);
            return e is UsageException or UnknownPartException ? ExitCodes.Usage : ExitCodes.Failed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            host.Error.WriteLine($"error: A file operation failed.\n  got  {e.Message}");
            WriteTrace(e, args, host);
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException) when (host.Cancellation.IsCancellationRequested)
        {
            return ExitCodes.Cancelled;
        }
#pragma warning disable CA1031 // The last line of defence: whatever gets here is a bug, and a user is told so instead of shown a stack trace.
        catch (Exception e)
#pragma warning restore CA1031
        {
            host.Error.WriteLine($"internal error: {e.GetType().Name}: {e.Message}");
            host.Error.WriteLine($"  This is a bug in hone {ProductVersion.Read()}, not a mistake of yours.");
            host.Error.WriteLine("  Please report it with this text, the command line and the recipe.");
            if (!WriteTrace(e, args, host))
            {
                host.Error.WriteLine("  The option --trace or HONE_TRACE=1 adds the stack trace.");
            }

            return ExitCodes.Failed;
        }
    }

    private static RootCommand CreateRoot(CliHost host, GlobalOptions global)
    {
        var root = new RootCommand("Post-training for open-weight language models: curate, train, generate, grade and report from one recipe.");
        root.Options.Clear();
        root.Directives.Clear();
        root.Options.Add(global.Help);
        root.Options.Add(global.Version);
        root.Options.Add(global.Threads);
        root.Options.Add(global.Trace);
        root.Subcommands.Add(RunCommand.Create(host));
        root.Subcommands.Add(CheckCommand.Create(host));
        root.Subcommands.Add(ListCommand.Create(host));
        root.Subcommands.Add(InspectCommand.Create(host));
        root.Subcommands.Add(ConvertCommand.Create(host));
        root.Subcommands.Add(QuantizeCommand.Create(host));
        root.Subcommands.Add(MergeCommand.Create(host));
        root.Subcommands.Add(GenerateCommand.Create(host));
        root.Subcommands.Add(ChatCommand.Create(host));
        root.Subcommands.Add(EmbedCommand.Create(host));
        root.Subcommands.Add(ScoreCommand.Create(host));
        root.Subcommands.Add(TemplateCommand.Create(host));
        root.Subcommands.Add(DataCommand.Create(host));
        root.Subcommands.Add(PullCommand.Create(host));
        root.Subcommands.Add(PushCommand.Create(host));
        root.Subcommands.Add(ReportCommand.Create(host));
        root.Subcommands.Add(CompareCommand.Create(host));
        root.Subcommands.Add(BenchCommand.Create(host));
        root.Subcommands.Add(HelpCommand.Create(host, root));
        return root;
    }

    // Looked up in the raw arguments because a failure may come before or during their parsing.
    private static bool WriteTrace(Exception e, string[] args, CliHost host)
    {
        bool wanted = args.Contains(GlobalOptions.TraceName) || host.Environment("HONE_TRACE") == "1";
        if (wanted)
        {
            host.Error.WriteLine(e.ToString());
        }

        return wanted;
    }
}
