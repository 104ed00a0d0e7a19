namespace Hone.Data.Datasets;

/// <summary>Why a row cannot be trained on.</summary>
public enum RowIssue
{
    /// <summary>A field is missing or of the wrong type.</summary>
    Malformed,

    /// <summary>Nothing in it is an answer.</summary>
    NoAnswer,

    /// <summary>The roles of its messages are in an order that no conversation has.</summary>
    RolesOutOfOrder,

    /// <summary>It comes with pictures, sound or video.</summary>
    Media,

    /// <summary>The chat template refuses it or fails on it.</summary>
    TemplateFailed,

    /// <summary>It is longer than allowed, and such rows are not to be cut.</summary>
    TooLong,

    /// <summary>It has no token that is trained, perhaps after it was cut.</summary>
    NothingToLearn,

    /// <summary>Both answers of a pair are the same tokens, so that neither is better.</summary>
    EqualAnswers,
}
