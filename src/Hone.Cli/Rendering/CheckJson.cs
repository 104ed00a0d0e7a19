using Hone.Core.Recipes;

namespace Hone.Cli.Rendering;

/// <summary>Writes the outcome of checking a recipe as one line of JSON.</summary>
internal static class CheckJson
{
    /// <summary>Writes the problems of one recipe; none means it is right.</summary>
    public static string Write(string recipe, IReadOnlyList<RecipeProblem> problems) => JsonLine.Write(json =>
    {
        json.WriteString("recipe", recipe);
        json.WriteBoolean("ok", problems.Count == 0);
        json.WriteStartArray("errors");
        foreach (RecipeProblem problem in problems)
        {
            json.WriteStartObject();
            json.WriteString("file", problem.Location?.Source.Name ?? problem.File);
            if (problem.Location is { } location)
            {
                json.WriteNumber("line", location.Line);
                json.WriteNumber("column", location.Column);
            }

            json.WriteString("message", problem.Message);
            json.WriteStartArray("notes");
            foreach (string note in problem.Notes)
            {
                json.WriteStringValue(note);
            }

            json.WriteEndArray();
            json.WriteString("help", problem.Help);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
