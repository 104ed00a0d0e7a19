using Hone.Core.Registry;
using Hone.Core.Stages;
using Hone.Data.Formats;

namespace Hone.Data.Datasets;

/// <summary>A source whose file and format are known.</summary>
internal sealed record ResolvedSource(DataSource Options, string Path, string DisplayName, string FormatName, RowFormat Format, bool IsDetected, long? Samples, IReadOnlyList<string> Warnings)
{
    private const int Shown = 10; // names in an error

    /// <summary>Finds the file, and the format by name, by a registry of data sets, or by the first row.</summary>
    /// <exception cref="DatasetFormatException">There is no file, no row, or no format that fits and teaches what is wanted.</exception>
    public static ResolvedSource Resolve(DataSource options, Func<FileSource, string> open, PartRegistry registry, IReadOnlyList<RowContent>? wanted = null)
    {
        wanted ??= [RowContent.Example];
        string path = open(options.ToFile());
        if (options.Name is { } name)
        {
            DatasetEntry entry = DatasetRegistry.Load(path).Find(name, wanted);
            RequireRow(entry.File);
            return new ResolvedSource(options, entry.File, $"{entry.File} ({name})", entry.FormatName, entry.Format, false, entry.Samples, entry.Warnings);
        }

        if (RowFile.IsRegistry(path))
        {
            IReadOnlyList<string> names = DatasetRegistry.Load(path).Names;
            throw new DatasetFormatException(
                "The file describes several data sets.", path, string.Join(", ", names.Take(Shown)) + (names.Count > Shown ? $", … ({names.Count} in all)" : ""), "choose one by name");
        }

        DataRow first = RequireRow(path);
        if (options.Format is { } format)
        {
            if (!wanted.Contains(format.Content))
            {
                throw new DatasetFormatException(
                    "The format does not suit the training.", path, $"format '{NameOf(format, registry)}' gives {Words(format.Content)}; wanted are {string.Join(" or ", wanted.Select(Words))}",
                    $"use one of {string.Join(", ", NamesOf(wanted, registry))}, or another stage");
            }

            return new ResolvedSource(options, path, path, NameOf(format, registry), format, false, null, []);
        }

        DetectedFormat detected = FormatDetection.Detect(first.Parse(), registry, first.Place, wanted);
        return new ResolvedSource(options, path, path, detected.Name, detected.Format, true, null, []);
    }

    /// <summary>How many examples an epoch takes.</summary>
    public long PerEpoch(long examples) => Samples ?? Math.Max(1, (long)Math.Round(examples * Options.Weight, MidpointRounding.AwayFromZero));

    private static DataRow RequireRow(string path) => RowSource.Open(path).Read().FirstOrDefault()
        ?? throw new DatasetFormatException("The data file has no rows.", path, "0 rows", "give a file with at least one row");

    private static string Words(RowContent content) => content switch
    {
        RowContent.Pair => "pairs of answers",
        RowContent.Feedback => "answers marked good or bad",
        _ => "examples to imitate",
    };

    private static IEnumerable<string> NamesOf(IReadOnlyList<RowContent> wanted, PartRegistry registry) =>
        registry.All(DataFormatAttribute.FormatKind).Where(part => wanted.Contains(((RowFormat)Activator.CreateInstance(part.Options)!).Content)).Select(part => part.Name); // a concrete record always gives an object

    private static string NameOf(RowFormat format, PartRegistry registry) =>
        registry.All(DataFormatAttribute.FormatKind).FirstOrDefault(part => part.Options == format.GetType())?.Name ?? format.GetType().Name;
}
