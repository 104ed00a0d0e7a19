namespace Hone.Training.Losses;

/// <summary>What the importance ratio of a <see cref="GrpoLoss"/> compares.</summary>
public enum ImportanceLevel
{
    /// <summary>Each token by itself.</summary>
    Token,

    /// <summary>The whole answer, by the mean over its tokens.</summary>
    Sequence,
}
