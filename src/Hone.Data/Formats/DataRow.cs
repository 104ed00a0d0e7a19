using System.Text.Json;
using Hone.Data.Datasets;

namespace Hone.Data.Formats;

/// <summary>A row of a file, not yet parsed.</summary>
/// <param name="File">The file.</param>
/// <param name="Number">Number of the row, from 1.</param>
/// <param name="Line">Line on which it begins, from 1.</param>
/// <param name="Json">The row as a JSON value in UTF-8.</param>
public sealed record DataRow(string File, long Number, long Line, ReadOnlyMemory<byte> Json)
{
    /// <summary>File and line.</summary>
    public string Place => $"{File}:{Line}";

    /// <summary>Parses the row.</summary>
    /// <exception cref="DatasetFormatException">It is not a JSON object.</exception>
    /// <exception cref="InvalidRowException">One of its texts is none.</exception>
    public JsonElement Parse()
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(Json);
            if (JsonTexts.FindUnreadable(document.RootElement, Json.Span) is { } reason)
            {
                throw new InvalidRowException(RowIssue.Malformed, $"{Place}: {reason}", "write whole characters in UTF-8; escapes of surrogates go in pairs");
            }

            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new DatasetFormatException("A row is not an object.", Place, $"row {Number} is {document.RootElement.ValueKind}", "write each row as {\"key\": value, …}");
        }
        catch (JsonException e)
        {
            throw new DatasetFormatException("A row is not JSON.", Place, $"row {Number}: {e.Message.Split(" LineNumber:")[0]}", "correct the row; each is one complete JSON value", e);
        }
    }
}
