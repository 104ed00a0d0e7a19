using Hone.Core.Recipes;
using Hone.Core.Registry;

namespace Hone.Curation.Synthesis;

/// <summary>Checks the names of skills in a recipe, and chooses among them.</summary>
internal static class SkillSelection
{
    /// <summary>Reports unknown and repeated names, and a selection that leaves nothing.</summary>
    public static void Check(OptionChecks checks, IReadOnlyList<string> known, IReadOnlyList<string> skills, IReadOnlyList<string> excluded)
    {
        CheckNames(checks, nameof(WordProblemsStage.Skills), known, skills);
        CheckNames(checks, nameof(WordProblemsStage.ExcludeSkills), known, excluded);
        if (skills.FirstOrDefault(excluded.Contains) is { } both)
        {
            checks.Report(nameof(WordProblemsStage.ExcludeSkills), $"the skill '{both}' is both asked for and excluded", "keep it in one of skills and exclude_skills");
        }
        else if (known.All(excluded.Contains))
        {
            checks.Report(nameof(WordProblemsStage.ExcludeSkills), "every skill is excluded", $"leave some of {string.Join(", ", known)}");
        }
    }

    /// <summary>The skills to make rows of, in the order of <paramref name="known"/>.</summary>
    public static IReadOnlyList<string> Choose(IReadOnlyList<string> known, IReadOnlyList<string> skills, IReadOnlyList<string> excluded) =>
        [.. known.Where(skill => (skills.Count == 0 || skills.Contains(skill)) && !excluded.Contains(skill))];

    private static void CheckNames(OptionChecks checks, string property, IReadOnlyList<string> known, IReadOnlyList<string> names)
    {
        foreach (string name in names.Where(name => !known.Contains(name)))
        {
            checks.Report(property, $"there is no skill '{name}'; nearest: {string.Join(", ", NearestNames.Rank(name, known))}", $"use some of {string.Join(", ", known)}");
        }

        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } repeated)
        {
            checks.Report(property, $"the skill '{repeated.Key}' is named twice", "name it once; all skills get equally many rows");
        }
    }
}
