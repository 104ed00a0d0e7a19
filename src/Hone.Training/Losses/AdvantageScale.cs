namespace Hone.Training.Losses;

/// <summary>What advantages are divided by.</summary>
public enum AdvantageScale
{
    /// <summary>Standard deviation of the rewards of one prompt.</summary>
    Group,

    /// <summary>Standard deviation of all rewards.</summary>
    Batch,

    /// <summary>Nothing.</summary>
    None,
}
