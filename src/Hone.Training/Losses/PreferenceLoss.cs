using Hone.Core.Recipes;

namespace Hone.Training.Losses;

/// <summary>Base of the losses on answers that are better or worse than others, and at the same time the record of their options.</summary>
[Polymorphic(LossAttribute.LossKind)]
public abstract record PreferenceLoss : ICheckedOptions
{
    /// <summary>How much a difference of log-probabilities counts.</summary>
    [Positive]
    public double Beta { get; init; } = 0.1;

    /// <summary>Whether the log-probabilities of a reference model are needed.</summary>
    public abstract bool NeedsReference { get; }

    /// <summary>The name in messages.</summary>
    private protected abstract string Name { get; }

    /// <inheritdoc/>
    public virtual void Check(OptionChecks checks)
    {
    }
}
