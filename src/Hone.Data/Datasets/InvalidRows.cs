namespace Hone.Data.Datasets;

/// <summary>What happens to a row that cannot be trained on.</summary>
public enum InvalidRows
{
    /// <summary>The first one is an error.</summary>
    Error,

    /// <summary>Each is left out, counted by reason, and reported.</summary>
    Drop,
}
