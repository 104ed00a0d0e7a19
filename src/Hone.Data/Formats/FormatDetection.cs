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
    /// <param name="wanted">What the rows are to teach; examples alone when not given.</param>
    /// <exception cref="DatasetFormatException">None fits, or several do, or the row teaches something else.</exception>
    public static DetectedFormat Detect(JsonElement row, PartRegistry registry, string place, IReadOnlyList<RowContent>? wanted = null)
    {
        ArgumentNullException.ThrowIfNull(registry);
        wanted ??= [RowContent.Example];
        string[] columns = [.. row.EnumerateObject().Select(property => property.Name)];
        string? preference = Array.Find(columns, s_preference.Contains)
            ?? (row.TryGetProperty("label", out JsonElement label) && label.ValueKind is JsonValueKind.True or JsonValueKind.False ? "label" : null);
        if (preference is not null && wanted.Contains(RowContent.Example))
        {
            throw new DatasetFormatException(
                "This is preference data, which supervised fine-tuning cannot use as it is.", place, $"the column '{preference}' says which answers are good and which are not", "name the format and its columns if the good answers are to be trained, e.g. format: { type: messages }");
        }

        DetectedFormat[] all = [.. registry.Names(DataFormatAttribute.FormatKind).Select(name => new DetectedFormat(name, Create(registry.Find(DataFormatAttribute.FormatKind, name))))];
        DetectedFormat[] formats = [.. all.Where(format => wanted.Contains(format.Format.Content))], fitting = [.. formats.Where(format => format.Format.Fits(row))];
        return fitting switch
        {
            [var only] => only,
            [] when Array.Find(all, format => format.Format.Fits(row)) is { } other => throw new DatasetFormatException(
                "The rows do not say which answers are better than others.", place, $"columns {string.Join(", ", columns)}, as in format '{other.Name}'", Needs(wanted)),
            [] => throw new DatasetFormatException(
                "The format of the rows is not known.", place, $"columns {string.Join(", ", columns)}; {Nearest(columns, formats)}", "name the format and its columns, e.g. format: { type: alpaca, prompt: question, response: answer }"),
            _ => throw new DatasetFormatException(
                "Several formats fit the rows.", place, $"columns {string.Join(", ", columns)}; {string.Join(" and ", fitting.Select(format => format.Name))} fit", $"name one, e.g. format: {{ type: {fitting[0].Name} }}"),
        };
    }

    private static string Needs(IReadOnlyList<RowContent> wanted) => wanted.Contains(RowContent.Feedback)
        ? "give rows with the columns prompt, completion and label, or prompt, chosen and rejected"
        : "give rows with the columns prompt, chosen and rejected; the loss kto learns from single answers";

    private static string Nearest(string[] columns, DetectedFormat[] formats)
    {
        // The formats that share a column with the row come first, then those whose columns are spelt alike.
        var near = formats
            .Select(entry => (entry.Name, entry.Format, Distance: entry.Format.Columns.Sum(column => columns.Select(own => NearestNames.Distance(own, column)).DefaultIfEmpty(column.Length).Min())))
            .OrderBy(entry => entry.Distance).ThenBy(entry => entry.Name, StringComparer.Ordinal).Take(NearestNames.MaxProposals);
        return $"nearest: {string.Join("; ", near.Select(entry => $"{entry.Name} ({string.Join(", ", entry.Format.Columns)})"))}";
    }

    private static RowFormat Create(RegisteredPart part) => (RowFormat)Activator.CreateInstance(part.Options)!; // a concrete record always gives an object
}
