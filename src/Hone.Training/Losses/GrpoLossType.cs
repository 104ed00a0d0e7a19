namespace Hone.Training.Losses;

/// <summary>How a <see cref="GrpoLoss"/> limits the importance ratio and averages over tokens.</summary>
public enum GrpoLossType
{
    /// <summary>Mean of each answer's tokens, then over answers.</summary>
    Grpo,

    /// <summary>Mean over all tokens of the batch.</summary>
    Bnpo,

    /// <summary>Sum over tokens, divided by the number of answers and a fixed length.</summary>
    DrGrpo,

    /// <summary>Mean over all tokens of the whole step.</summary>
    Dapo,

    /// <summary>As <see cref="Dapo"/>, with a ratio that is clipped from above and carries no gradient.</summary>
    Cispo,
}
