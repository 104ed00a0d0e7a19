using Hone.Core.Registry;

namespace Hone.Data.Formats;

/// <summary>A file of rows, read one after the other in bounded memory.</summary>
public abstract class RowSource
{
    /// <summary>The longest row in bytes or characters; longer ones are binary data or a missing quote.</summary>
    internal const int MaxRowSize = 1 << 26;

    private static readonly string[] s_extensions = [".jsonl", ".ndjson", ".json", ".csv", ".tsv"];

    /// <summary>Names the file.</summary>
    private protected RowSource(string path)
    {
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Takes a file by its extension: JSON Lines, a JSON array, or a table separated by commas or tabs.</summary>
    /// <param name="path">A <c>.jsonl</c>, <c>.ndjson</c>, <c>.json</c>, <c>.csv</c> or <c>.tsv</c> file; a <c>.json</c> file that does not begin with <c>[</c> is read as JSON Lines.</param>
    /// <exception cref="DatasetFormatException">There is no such file, or its extension is none of these.</exception>
    public static RowSource Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? "";
            IReadOnlyList<string> similar = Directory.Exists(folder)
                ? NearestNames.Similar(System.IO.Path.GetFileName(path), Directory.EnumerateFiles(folder).Take(1000).Select(file => System.IO.Path.GetFileName(file)))
                : [];
            throw new DatasetFormatException(
                "There is no such data file.", path, Directory.Exists(path) ? "this is a folder" : $"nothing of this name in '{folder}'", similar.Count > 0 ? $"did you mean {string.Join(" or ", similar)}?" : "paths are relative to the working folder");
        }

        return System.IO.Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".jsonl" or ".ndjson" => new JsonLinesSource(path),
            ".json" => JsonArraySource.BeginsWithBracket(path) ? new JsonArraySource(path) : new JsonLinesSource(path),
            ".csv" => new TableSource(path, ','),
            ".tsv" => new TableSource(path, '\t'),
            var extension => throw new DatasetFormatException(
                "The kind of this data file is not known.", path, $"extension '{extension}'; nearest: {string.Join(", ", NearestNames.Rank(extension, s_extensions))}", $"use one of {string.Join(", ", s_extensions)}"),
        };
    }

    /// <summary>Reads the rows in file order.</summary>
    /// <exception cref="DatasetFormatException">The file cannot be read, or is not of its kind.</exception>
    /// <exception cref="Core.Stages.JsonLinesException">A JSONL file cannot be read, or has a line that is not JSON.</exception>
    public abstract IEnumerable<DataRow> Read();

    /// <summary>Opens a file, explaining a failure.</summary>
    private protected static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetFormatException("The data file cannot be opened.", path, e.Message, "check that it exists and may be read", e);
        }
    }
}
