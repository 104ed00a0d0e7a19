using Hone.Core.Stages;

namespace Hone.Curation.Synthesis;

/// <summary>Writes arithmetic word problems in English with worked answers that end in <c>#### N</c>, as chat rows.</summary>
/// <remarks>
/// <para>Each row has <c>messages</c>, the <c>skill</c> and the <c>answer</c>. No question occurs twice; held-out rows differ from all training rows
/// in their kind of problem or in their numbers, not just in names. The rows depend on the seed, the stage's name and the options only.</para>
/// <para>Without addition, subtraction, multiplication or division, problems of other skills that calculate in this way are left out too.</para>
/// </remarks>
[Stage("word-problems")]
public sealed record WordProblemsStage : SynthesisStage
{
    private static readonly WordProblemTemplate[] s_templates = [.. OneStepProblems.Templates, .. MultiStepProblems.Templates];

    /// <summary>The skills there are.</summary>
    public static IReadOnlyList<string> KnownSkills { get; } = [.. s_templates.Select(template => template.Skill).Distinct()];

    /// <summary>Terms of sums and differences.</summary>
    public NumberRange Numbers { get; init; } = new() { Min = 2, Max = 99 };

    /// <summary>Factors, divisors, and other small numbers.</summary>
    public NumberRange Factors { get; init; } = new() { Min = 2, Max = 12 };

    private protected override IReadOnlyList<string> SkillsToChoose => KnownSkills;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Run(RunContext context)
    {
        var ranges = new NumberRanges(Numbers, Factors);
        var makers = new List<RowMaker>();
        foreach (string skill in Chosen)
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
