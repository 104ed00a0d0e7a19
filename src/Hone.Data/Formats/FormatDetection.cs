using System.Text.Json;
using Hone.Core.Registry;

namespace Hone.Data.Formats;

/// <summary>Finds the format of a file by the columns of its first row.</summary>
public static class FormatDetection
{
    private static readonly string[] s_preference = ["chosen", "rejected", "kto_tag", "chosen_messages", "rejected_messages"];

    /// <summary>Finds the one registered format, with its default columns, that fits a row.</summary>
    /// <param name="row">The first row.</param>
    /// <param name="registry">Where formats are looked up.</param>
    /// <param name="place">What messages call the row's place.</param>
    /// <exception cref="DatasetFormatException">None fits, or several do, or the row is preference data.</exception>
    public static DetectedFormat Detect(JsonElement row, PartRegistry registry, string place)
    {
        ArgumentNullException.ThrowIfNull(registry);
        string[] columns = [.. row.EnumerateObject().Select(property => property.Name)];
        string? preference = Array.Find(columns, s_preference.Contains)
            ?? (row.TryGetProperty("label", out JsonElement label) && label.ValueKind is JsonValueKind.True or JsonValueKind.False ? "label" : null);
        if (preference is not null)
        {
            throw new DatasetFormatException(
                "This is preference data, which supervised fine-tuning cannot use as it is.", place, $"the column '{preference}' says which answers are good and which are not", "name the format and its columns if the good answers are to be trained, e.g. format: { type: messages }");
        }

        string[] names = [.. registry.Names(DataFormatAttribute.FormatKind)];
        DetectedFormat[] fitting = [.. names.Select(name => new DetectedFormat(name, Create(registry.Find(DataFormatAttribute.FormatKind, name)))).Where(format => format.Format.Fits(row))];
        return fitting switch
        {
            [var only] => only,
            [] => throw new DatasetFormatException(
                "The format of the rows is not known.", place, $"columns {string.Join(", ", columns)}; {Nearest(columns, names, registry)}", "name the format and its columns, e.g. format: { type: alpaca, prompt: question, response: answer }"),
            _ => throw new DatasetFormatException(
                "Several formats fit the rows.", place, $"columns {string.Join(", ", columns)}; {string.Join(" and ", fitting.Select(format => format.Name))} fit", $"name one, e.g. format: {{ type: {fitting[0].Name} }}"),
        };
    }

    private static string Nearest(string[] columns, string[] names, PartRegistry registry)
    {
        // The formats that share a column with the row come first, then those whose columns are spelt alike.
        IEnumerable<(string Name, RowFormat Format)> formats = names.Select(name => (name, Create(registry.Find(DataFormatAttribute.FormatKind, name))));
        var near = formats
            .Select(entry => (entry.Name, entry.Format, Distance: entry.Format.Columns.Sum(column => columns.Select(own => NearestNames.Distance(own, column)).DefaultIfEmpty(column.Length).Min())))
            .OrderBy(entry => entry.Distance).ThenBy(entry => entry.Name, StringComparer.Ordinal).Take(NearestNames.MaxProposals);
        return $"nearest: {string.Join("; ", near.Select(entry => $"{entry.Name} ({string.Join(", ", entry.Format.Columns)})"))}";
    }

    private static RowFormat Create(RegisteredPart part) => (RowFormat)Activator.CreateInstance(part.Options)!; // a concrete record always gives an object
}
