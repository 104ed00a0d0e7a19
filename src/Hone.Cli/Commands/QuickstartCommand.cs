using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Core.Errors;

namespace Hone.Cli.Commands;

/// <summary><c>hone quickstart</c>: teaches the embedded model a skill it lacks, and shows what that changed.</summary>
internal static class QuickstartCommand
{
    private const string ModelKey = "model";
    private static readonly string s_recipe = Path.Combine("recipes", "quickstart.yaml");
    private static readonly string s_model = Path.Combine("models", "hone-tiny");

    public static Command Create(CliHost host)
    {
        Option<string[]> sets = RunCommand.CreateSetOption();
        Option<bool> json = RunCommand.CreateJsonOption("Print the run's events as one JSON object a line, and no summary.");
        var command = new Command("quickstart", "Teach the embedded model to solve problems of two steps, measure it before and after, and write a report.") { sets, json };
        command.SetAction(parse => Run(host, parse.GetValue(sets) ?? [], parse.GetValue(json)));
        return command;
    }

    private static int Run(CliHost host, string[] sets, bool json)
    {
        string home = FindHome(host.ProgramFolder);
        string[] all = sets.Any(IsModel) ? sets : [$"{ModelKey}='{Path.Combine(home, s_model).Replace("'", "''", StringComparison.Ordinal)}'", .. sets];
        var request = new RunRequest(Path.Combine(home, s_recipe), all, DryRun: false, Only: null, Resume: null, json);
        string? finished = null;
        int code = RunCommand.Run(host, request, folder => finished = folder);
        if (finished is not null)
        {
            QuickstartText.Write(finished, host); // the run's folder is free by now
        }

        return code;
    }

    private static bool IsModel(string set) => set.Split('=', '.')[0] is ModelKey or $"\"{ModelKey}\"";

    /// <summary>The folder that holds recipes and models: a published program's own, or the repository that the program was built in.</summary>
    private static string FindHome(string program)
    {
        for (DirectoryInfo? folder = new(program); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, s_recipe)))
            {
                return folder.FullName;
            }
        }

        throw new HoneException(
            "The quickstart's recipe is missing.", program, $"neither this folder nor one above it has {s_recipe}", "run ./hone of a complete clone, or publish again: dotnet publish src/Hone.Cli -c Release -r RID -o FOLDER");
    }
}
