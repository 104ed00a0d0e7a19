using System.CommandLine;
using System.Text;
using Hone.Cli.Rendering;
using Hone.Core.Runs;
using Hone.Pipelines.Reports;

namespace Hone.Cli.Commands;

/// <summary><c>hone compare RUN RUN</c>: whether one run's model is better, tested on the questions that both answered.</summary>
internal static class CompareCommand
{
    private const int DefaultRows = 3;
    private const int MaxRows = 100_000;

    public static Command Create(CliHost host)
    {
        var first = new Argument<string>("first") { HelpName = "RUN[:STAGE]", Description = "A run's folder or name, and which of its evaluations." };
        var second = new Argument<string>("second") { HelpName = "RUN[:STAGE]", Description = "What to compare it with; two stages of one run can be compared." };
        var rows = new Option<int>("--rows") { HelpName = "N", Description = "How many changed answers of each kind to print.", DefaultValueFactory = _ => DefaultRows };
        Option<bool> json = RunCommand.CreateJsonOption("Print one JSON object with all figures and the changed answers.");
        var command = new Command("compare", "Compare two runs: evaluations with a paired test, recipes, training figures.") { first, second, rows, json };
        command.SetAction(parse =>
        {
            int shown = parse.GetValue(rows);
            if (shown is < 0 or > MaxRows)
            {
                throw new UsageException($"--rows must be from 0 to {MaxRows}, got {shown}.", $"--rows {DefaultRows}");
            }

            (string firstFolder, string? firstStage) = Find(host, parse.GetRequiredValue(first));
            (string secondFolder, string? secondStage) = Find(host, parse.GetRequiredValue(second));
            RunComparison comparison = RunComparison.Read(firstFolder, firstStage, secondFolder, secondStage, shown);
            if (parse.GetValue(json))
            {
                host.Out.Write(Encoding.UTF8.GetString(comparison.ToJson()));
                return ExitCodes.Done;
            }

            ComparisonDisplay.Write(comparison, host.Out);
            foreach (string note in comparison.Notes)
            {
                host.Error.WriteLine($"warning: {note}");
            }

            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>A folder whose name has a colon is still found by it; otherwise what stands behind the last colon is a stage.</summary>
    private static (string Folder, string? Stage) Find(CliHost host, string argument)
    {
        int colon = argument.LastIndexOf(':');
        return colon <= 0 || Directory.Exists(argument) ? (RunFinder.Find(host.RunsRoot, argument), null)
            : (RunFinder.Find(host.RunsRoot, argument[..colon]), argument[(colon + 1)..]);
    }
}
