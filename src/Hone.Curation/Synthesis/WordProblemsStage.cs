using Hone.Core.Recipes;
using Hone.Core.Stages;

namespace Hone.Curation.Synthesis;

/// <summary>Writes arithmetic word problems in English with worked answers that end in <c>#### N</c>, as chat rows.</summary>
/// <remarks>
/// <para>Each row has <c>messages</c>, the <c>skill</c> and the <c>answer</c>. No question occurs twice; held-out rows differ from all training rows
/// in their kind of problem or in their numbers, not just in names. The rows depend on the seed, the stage's name and the options only.</para>
/// <para>Without addition, subtraction, multiplication or division, problems of other skills that calculate in this way are left out too.</para>
/// </remarks>
[Stage("word-problems")]
public sealed record WordProblemsStage : Stage, ICheckedOptions
{
    private static readonly WordProblemTemplate[] s_templates = [.. OneStepProblems.Templates, .. MultiStepProblems.Templates];

    /// <summary>The skills there are.</summary>
    public static IReadOnlyList<string> KnownSkills { get; } = [.. s_templates.Select(template => template.Skill).Distinct()];

    /// <summary>Number of training rows.</summary>
    [Range(1, 5_000_000)]
    public required int Count { get; init; }

    /// <summary>Number of held-out rows, written to a file of their own.</summary>
    [Range(0, 1_000_000)]
    public int HeldOut { get; init; }

    /// <summary>Skills to ask for, in equal parts; all when empty.</summary>
    public IReadOnlyList<string> Skills { get; init; } = [];

    /// <summary>Skills to leave out.</summary>
    public IReadOnlyList<string> ExcludeSkills { get; init; } = [];

    /// <summary>Terms of sums and differences.</summary>
    public NumberRange Numbers { get; init; } = new() { Min = 2, Max = 99 };

    /// <summary>Factors, divisors, and other small numbers.</summary>
    public NumberRange Factors { get; init; } = new() { Min = 2, Max = 12 };

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => RowSynthesis.Outputs(HeldOut);

    /// <inheritdoc/>
    public void Check(OptionChecks checks) => SkillSelection.Check(checks, KnownSkills, Skills, ExcludeSkills);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Run(RunContext context)
    {
        var ranges = new NumberRanges(Numbers, Factors);
        var makers = new List<RowMaker>();
        foreach (string skill in SkillSelection.Choose(KnownSkills, Skills, ExcludeSkills))
        {
            int[] usable = [.. Enumerable.Range(0, s_templates.Length).Where(i => s_templates[i].Skill == skill && !s_templates[i].Operations.Any(ExcludeSkills.Contains))];
            if (usable.Length > 0)
            {
                makers.Add(new RowMaker(skill, random =>
                {
                    int index = usable[random.NextInt32(usable.Length)];
                    return s_templates[index].Draw(random, ranges, index);
                }));
            }
            else if (Skills.Contains(skill))
            {
                throw new SynthesisException(
                    $"The skill '{skill}' cannot do without the excluded skills.", $"stage '{context.StageName}'", $"excluded: {string.Join(", ", ExcludeSkills)}", $"take '{skill}' out of skills, or exclude fewer");
            }
            else
            {
                context.Warn($"skill '{skill}' is left out, because all its problems use an excluded skill");
            }
        }

        return new RowSynthesis(context, makers).Write(Count, HeldOut);
    }
}
