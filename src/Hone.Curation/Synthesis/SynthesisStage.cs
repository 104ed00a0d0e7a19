using Hone.Core.Recipes;
using Hone.Core.Stages;

namespace Hone.Curation.Synthesis;

/// <summary>What the stages that write synthetic chat rows share: how many rows, and which skills they ask for.</summary>
/// <remarks>
/// Each row has <c>messages</c>, the <c>skill</c> and the <c>answer</c>. The rows depend on the seed, the stage's name and the options only.
/// </remarks>
public abstract record SynthesisStage : Stage, ICheckedOptions
{
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

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => RowSynthesis.Outputs(HeldOut);

    /// <summary>The skills that there are to choose from.</summary>
    private protected abstract IReadOnlyList<string> SkillsToChoose { get; }

    /// <summary>The skills that the options choose.</summary>
    private protected IReadOnlyList<string> Chosen => SkillSelection.Choose(SkillsToChoose, Skills, ExcludeSkills);

    /// <inheritdoc/>
    public virtual void Check(OptionChecks checks) => SkillSelection.Check(checks, SkillsToChoose, Skills, ExcludeSkills);
}
