using Hone.Core.Recipes;
using Hone.Core.Stages;

namespace Hone.Curation.Synthesis;

/// <summary>Writes short instructions whose answer can be computed (reverse a word, sort numbers, name a weekday, …), as chat rows.</summary>
/// <remarks>
/// Each row has <c>messages</c>, the <c>skill</c> and the <c>answer</c>. No instruction occurs twice; held-out rows differ from all training rows
/// in what they ask about, not just in wording. The rows depend on the seed, the stage's name and the options only.
/// </remarks>
[Stage("short-instructions")]
public sealed record ShortInstructionsStage : SynthesisStage
{
    private const int MinDifferentNumbers = 10; // lists hold up to five different ones

    /// <summary>The skills there are.</summary>
    public static IReadOnlyList<string> KnownSkills { get; } = [.. InstructionSkills.All.Select(skill => skill.Name)];

    /// <summary>Numbers to sort, compare and continue.</summary>
    public NumberRange Numbers { get; init; } = new() { Min = 2, Max = 999 };

    private protected override IReadOnlyList<string> SkillsToChoose => KnownSkills;

    /// <inheritdoc/>
    public override void Check(OptionChecks checks)
    {
        base.Check(checks);
        if (Numbers.Max - Numbers.Min + 1 < MinDifferentNumbers)
        {
            checks.Report(nameof(Numbers), $"the range from {Numbers.Min} to {Numbers.Max} has too few numbers for lists", $"give a range of at least {MinDifferentNumbers} numbers");
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Run(RunContext context)
    {
        IReadOnlyList<string> chosen = Chosen;
        RowMaker[] makers = [.. InstructionSkills.All.Where(skill => chosen.Contains(skill.Name)).Select(skill => new RowMaker(skill.Name, random =>
        {
            var draw = new InstructionDraw(random, Numbers);
            (string prompt, string answer) = skill.Create(draw);
            return new SyntheticRow(skill.Name, $"{skill.Name}:{draw.Arguments}", prompt, answer, answer);
        }))];
        return new RowSynthesis(context, makers).Write(Count, HeldOut);
    }
}
