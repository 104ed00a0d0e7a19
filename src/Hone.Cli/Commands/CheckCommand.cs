using System.CommandLine;
using Hone.Cli.Rendering;
using Hone.Core.Recipes;

namespace Hone.Cli.Commands;

/// <summary><c>hone check RECIPE…</c>: finds every mistake of recipes without starting anything.</summary>
internal static class CheckCommand
{
    public static Command Create(CliHost host)
    {
        var recipes = new Argument<string[]>("recipe") { HelpName = "RECIPE", Description = "Recipe files to check.", Arity = ArgumentArity.OneOrMore };
        Option<string[]> sets = RunCommand.CreateSetOption();
        Option<bool> json = RunCommand.CreateJsonOption("Print one JSON object a recipe.");
        var command = new Command("check", "Find every mistake of recipes without starting anything.") { recipes, sets, json };
        command.SetAction(parse => Check(host, parse.GetRequiredValue(recipes), parse.GetValue(sets) ?? [], parse.GetValue(json)));
        return command;
    }

    private static int Check(CliHost host, string[] recipes, string[] sets, bool json)
    {
        var problems = new List<RecipeProblem>();
        int count = 0;
        foreach (string path in recipes)
        {
            try
            {
                LoadedRecipe loaded = host.CreateRecipeReader().Read(path, sets);
                host.Out.WriteLine(json ? CheckJson.Write(path, []) : $"{path}: ok ({Stages(loaded)})");
            }
            catch (RecipeException e)
            {
                problems.AddRange(e.Problems);
                count += e.Count;
                if (json)
                {
                    host.Out.WriteLine(CheckJson.Write(path, e.Problems));
                }
            }
        }

        if (count > 0 && !json)
        {
            host.Error.WriteLine(new RecipeException(problems, count).Render());
        }

        return count > 0 ? ExitCodes.Usage : ExitCodes.Done;
    }

    private static string Stages(LoadedRecipe loaded) => loaded.Recipe.Stages.Count == 1 ? "1 stage" : $"{loaded.Recipe.Stages.Count} stages";
}
