namespace Hone.Data.Formats;

/// <summary>A data set that a <c>dataset_info.json</c> describes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">Its file.</param>
/// <param name="FormatName">Name of its format.</param>
/// <param name="Format">What its columns mean.</param>
/// <param name="Samples">How many rows to take in an epoch, chosen at random, some several times if there are fewer; null for all.</param>
/// <param name="Warnings">What about the description is probably not meant.</param>
public sealed record DatasetEntry(string Name, string File, string FormatName, RowFormat Format, long? Samples, IReadOnlyList<string> Warnings);
