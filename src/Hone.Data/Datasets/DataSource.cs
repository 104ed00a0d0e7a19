using Hone.Core.Recipes;

namespace Hone.Data.Datasets;

/// <summary>A file of rows to train on, what its columns mean, and how much of it an epoch takes.</summary>
[Shorthand(nameof(Path))]
public sealed record DataSource : RowFile
{
    /// <summary>Creates a source; its file has to be set.</summary>
    public DataSource()
    {
    }

    /// <summary>Creates a source of all rows of a file.</summary>
    public DataSource(RowFile file)
        : base(file)
    {
    }

    /// <summary>How often an epoch takes each row: 1 once, 2 twice, 0.5 a random half of them, another one in every epoch.</summary>
    [Positive]
    public double Weight { get; init; } = 1;

    /// <summary>How many rows to read, from the first; null for all.</summary>
    [Positive]
    public long? MaxRows { get; init; }
}
