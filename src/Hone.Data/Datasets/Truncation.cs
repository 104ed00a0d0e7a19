namespace Hone.Data.Datasets;

/// <summary>What happens to an example that is longer than allowed.</summary>
public enum Truncation
{
    /// <summary>Its first tokens are kept.</summary>
    KeepStart,

    /// <summary>Its last tokens are kept.</summary>
    KeepEnd,

    /// <summary>It is left out and counted.</summary>
    Drop,

    /// <summary>It is an error.</summary>
    Error,
}
