using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Core.Errors;
using Hone.Core.Progress;
using Hone.Core.Recipes;
using Hone.Core.Runs;
using Hone.Core.Stages;

namespace Hone.Cli.Commands;

/// <summary><c>hone run RECIPE</c>: checks a recipe, shows or executes its plan, and resumes interrupted runs.</summary>
internal static class RunCommand
{
    public static Command Create(CliHost host)
    {
        var recipe = new Argument<string?>("recipe") { HelpName = "RECIPE", Description = "The recipe file; with --resume, that of the run if not given.", Arity = ArgumentArity.ZeroOrOne };
        Option<string[]> sets = CreateSetOption();
        var dryRun = new Option<bool>("--dry-run") { Description = "Print every value with its origin, what would be written, and the time and memory that training is expected to take; start nothing." };
        var only = new Option<string?>("--only") { HelpName = "STAGE", Description = "Run this stage alone." };
        var resume = new Option<string?>("--resume") { HelpName = "RUN", Description = "Continue a run, by its folder or name; finished stages are verified and skipped." };
        Option<bool> json = CreateJsonOption("Print the run's events as one JSON object a line; with --dry-run one object with what each stage makes and takes.");
        var command = new Command("run", "Run the stages of a recipe.") { recipe, sets, dryRun, only, resume, json };
        command.SetAction(parse =>
        {
            var request = new RunRequest(
                parse.GetValue(recipe), parse.GetValue(sets) ?? [], parse.GetValue(dryRun), parse.GetValue(only), parse.GetValue(resume), parse.GetValue(json));
            return Run(host, request);
        });
        return command;
    }

    /// <summary>Creates the <c>--set</c> option; every command that reads recipes has it.</summary>
    public static Option<string[]> CreateSetOption() => new("--set")
    {
        HelpName = "KEY=VALUE",
        Description = "Replace a value: --set stages.data.validation_fraction=0.2; may be repeated.",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>Creates the <c>--json</c> option; every command that prints results has it.</summary>
    public static Option<bool> CreateJsonOption(string description) => new("--json") { Description = description };

    private static int Run(CliHost host, RunRequest request)
    {
        string? folderPath = request.Resume is null ? null : RunFinder.Find(host.RunsRoot, request.Resume);
        string recipePath = request.Recipe ?? (folderPath is null
            ? throw new UsageException("A recipe is needed.", "hone run RECIPE, or hone run --resume RUN")
            : Path.Combine(folderPath, RunFolder.RecipeName));
        LoadedRecipe recipe = host.CreateRecipeReader().Read(recipePath, request.Sets);
        RunPlan plan = RunPlan.Create(recipe, request.Only);
        if (request.DryRun)
        {
            DryRun(host, plan, folderPath, request.Json);
            return ExitCodes.Done;
        }

        plan.RequireDevice(host.Devices);
        using RunFolder folder = folderPath is null
            ? RunFolder.Create(host.RunsRoot, recipe, host.Time, host.Files)
            : RunFolder.Open(folderPath, recipe, host.Time, host.Files);
        try
        {
            Execute(host, plan, folder, request.Json);
        }
        catch (OperationCanceledException) when (host.Cancellation.IsCancellationRequested)
        {
            host.Error.WriteLine($"stopped; continue with: {request.ResumeCommand(folder.Path)}");
            return ExitCodes.Cancelled;
        }
        catch (HoneException e)
        {
            throw new RunFailedException(e, request.ResumeCommand(folder.Path));
        }

        if (!request.Json)
        {
            host.Out.WriteLine(folder.Path);
        }

        return ExitCodes.Done;
    }

    private static void DryRun(CliHost host, RunPlan plan, string? runFolder, bool isJson)
    {
        string folder = runFolder ?? Path.Combine(host.RunsRoot, $"<time>-{plan.Recipe.Recipe.Name}");
        if (!isJson)
        {
            DryRunText.Write(plan, folder, host.Out);
        }

        var stages = new List<(PlannedStage Stage, DryRunEstimate Estimate)>();
        foreach (PlannedStage stage in plan.Stages)
        {
            DryRunEstimate estimate = DryRunEstimate.Ask(host, plan, stage, runFolder);
            stages.Add((stage, estimate));
            foreach (string warning in estimate.Estimate?.Warnings ?? [])
            {
                host.Error.WriteLine($"warning: {warning}");
            }

            if (!isJson)
            {
                DryRunText.WriteStage(plan, stage, estimate, host.Out);
            }
        }

        host.Out.WriteLine(isJson ? DryRunText.WriteJson(plan, folder, stages) : "# nothing was started");
        if (stages.Select(stage => stage.Estimate.Error).FirstOrDefault(error => error is not null) is { } first)
        {
            throw new HoneException(first.What, first.Where, first.Facts, first.Fix, first); // the run would end with it
        }
    }

    private static void Execute(CliHost host, RunPlan plan, RunFolder folder, bool json)
    {
        if (json)
        {
            Start(new JsonProgress(host.Out));
        }
        else if (host.IsErrorTerminal)
        {
            new LiveProgress(LiveProgress.CreateConsole(host.Error)).Show(Start);
        }
        else
        {
            Start(new PlainProgress(host.Error));
        }

        void Start(IProgressSink sink) => new RunSession(plan, folder, sink, host.Time).Execute(host.Cancellation);
    }
}
