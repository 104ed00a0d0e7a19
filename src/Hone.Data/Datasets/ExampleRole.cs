namespace Hone.Data.Datasets;

/// <summary>What an example is to its row.</summary>
public enum ExampleRole
{
    /// <summary>All of it, to be imitated.</summary>
    Whole,

    /// <summary>The prompt with the preferred answer; the next example is the other one.</summary>
    Chosen,

    /// <summary>The prompt with the other answer.</summary>
    Rejected,

    /// <summary>The prompt with a good answer.</summary>
    Desirable,

    /// <summary>The prompt with a bad answer.</summary>
    Undesirable,
}
