using System.Text.Json;
using Hone.Core.Registry;
using Hone.Core.Stages;
using Hone.Data.Formats;

namespace Hone.Data.Datasets;

/// <summary>Reads the rows of a data source in any format that training reads.</summary>
public static class SourceRows
{
    /// <summary>Reads the rows in file order, in bounded memory.</summary>
    /// <param name="source">The source; its weight does not matter here.</param>
    /// <param name="open">Finds its file.</param>
    /// <param name="registry">Where formats are looked up.</param>
    /// <exception cref="DatasetFormatException">The file is missing or malformed, or a row lacks what the format needs.</exception>
    public static IEnumerable<SourceRow> Read(DataSource source, Func<FileSource, string> open, PartRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(source);
        ResolvedSource resolved = ResolvedSource.Resolve(source, open, registry);
        return Read(resolved, source.MaxRows ?? long.MaxValue);
    }

    private static IEnumerable<SourceRow> Read(ResolvedSource source, long count)
    {
        foreach (DataRow row in RowSource.Open(source.Path).Read())
        {
            JsonElement json = row.Parse();
            yield return new SourceRow(row.Place, row.Number, json, Read(source.Format, json, row));
            if (--count == 0)
            {
                yield break;
            }
        }
    }

    private static TrainingRow Read(RowFormat format, JsonElement json, DataRow row)
    {
        try
        {
            return format.Read(json);
        }
        catch (InvalidRowException e)
        {
            throw new DatasetFormatException(e.What, $"{row.Place} (row {row.Number})", e.Facts, e.Fix, e);
        }
    }
}
