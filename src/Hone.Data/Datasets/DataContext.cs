using Hone.Core.Registry;
using Hone.Core.Runs;
using Hone.Core.Stages;

namespace Hone.Data.Datasets;

/// <summary>What loading data needs from outside.</summary>
public sealed record DataContext
{
    /// <summary>Where formats are looked up.</summary>
    public required PartRegistry Registry { get; init; }

    /// <summary>An existing folder for the file of examples, which is used again as long as nothing it depends on changes.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>File operations for that file.</summary>
    public IFileSystem Files { get; init; } = new PhysicalFileSystem();

    /// <summary>Finds the file of a source; a stage gives its own, which knows the files of earlier stages.</summary>
    public Func<FileSource, string> Open { get; init; } = OpenPath;

    /// <summary>How many threads encode rows; the result is the same for any number.</summary>
    public int MaxThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>Told the number of rows done so far, now and then.</summary>
    public Action<long>? OnRows { get; init; }

    private static string OpenPath(FileSource source) => source.Path
        ?? throw new DatasetFormatException("Only a stage of a recipe can read what another stage makes.", $"from: {source.From}", "here no recipe runs", "give path: FILE");
}
