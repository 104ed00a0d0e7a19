using System.Text.Json;
using Hone.Data.Datasets;

namespace Hone.Data.Formats;

/// <summary>Takes values out of rows, saying what is wrong with them.</summary>
internal static class RowFields
{
    private static readonly string[] s_media = ["image", "images", "video", "videos", "audio", "audios"];

    /// <summary>A column's value; null if the row has no such column or it is null, or if no column is asked for.</summary>
    public static JsonElement? Find(JsonElement row, string? column) =>
        column is not null && row.TryGetProperty(column, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A column's text; null where <see cref="Find"/> finds nothing.</summary>
    /// <exception cref="InvalidRowException">The value is no text.</exception>
    public static string? FindText(JsonElement row, string? column) => Find(row, column) is { } value ? Text(value, column!) : null; // found, so asked for

    /// <summary>A text.</summary>
    /// <param name="value">The value.</param>
    /// <param name="what">What to call it.</param>
    /// <exception cref="InvalidRowException">The value is no text.</exception>
    public static string Text(JsonElement value, string what)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw new InvalidRowException(RowIssue.Malformed, $"'{what}' is {value.ValueKind}, not text", "write it as text, or name another column in format");
        }

        try
        {
            return value.GetString()!; // strings are never null
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidRowException(RowIssue.Malformed, $"'{what}' holds half of a surrogate pair, which is no character", "correct the \\u escapes", e);
        }
    }

    /// <summary>The text of an answer.</summary>
    /// <exception cref="InvalidRowException">It is missing, empty, or no text.</exception>
    public static string RequireAnswer(JsonElement row, string column) => FindText(row, column) is { Length: > 0 } answer
        ? answer
        : throw NoAnswer(column, row.TryGetProperty(column, out _) ? "empty" : "missing");

    /// <summary>The error for a row whose answer is empty or missing.</summary>
    public static InvalidRowException NoAnswer(string column, string fault) => new(RowIssue.NoAnswer, $"'{column}' is {fault}", "add the answer, or remove the row");

    /// <summary>A column that says yes or no: a Boolean, 1 or 0, or a text with one of these.</summary>
    /// <exception cref="InvalidRowException">It is missing, or something else.</exception>
    public static bool RequireFlag(JsonElement row, string column)
    {
        JsonElement value = Find(row, column) ?? throw Missing(row, column);
        string text = value.ValueKind == JsonValueKind.String ? Text(value, column) : value.GetRawText();
        return text.ToLowerInvariant() switch
        {
            "true" or "1" => true,
            "false" or "0" => false,
            _ => throw new InvalidRowException(RowIssue.Malformed, $"'{column}' is {value.GetRawText()}, not true or false", "write true for good answers and false for others"),
        };
    }

    /// <summary>Whether a row's column holds a value of a kind.</summary>
    public static bool Has(JsonElement row, string column, JsonValueKind kind) => Find(row, column) is { } value && value.ValueKind == kind;

    /// <summary>A list of schemas of tools, from JSON or from a text that holds JSON; null if there are none.</summary>
    /// <exception cref="InvalidRowException">It is something else.</exception>
    public static JsonElement? FindTools(JsonElement row, string? column)
    {
        JsonElement? value = Find(row, column);
        if (value is { ValueKind: JsonValueKind.String } text)
        {
            string json = Text(text, column!); // found, so asked for
            value = string.IsNullOrWhiteSpace(json) ? null : ParseJson(json, column!);
        }

        if (value is not { } tools)
        {
            return null;
        }

        if (tools.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidRowException(RowIssue.Malformed, $"'{column}' is {tools.ValueKind}, not a list of tools", "write [{\"name\": …, \"parameters\": {…}}]");
        }

        // Templates expect a schema inside { type: function, function: … }.
        object[] wrapped = [.. tools.EnumerateArray().Select(object (tool) => tool.ValueKind == JsonValueKind.Object && !tool.TryGetProperty("function", out _) ? new { type = "function", function = tool } : tool)];
        return wrapped.Length == 0 ? null : JsonSerializer.SerializeToElement(wrapped);
    }

    /// <summary>Parses JSON that stands inside a text.</summary>
    /// <exception cref="InvalidRowException">It is none.</exception>
    public static JsonElement ParseJson(string json, string what)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new InvalidRowException(RowIssue.Malformed, $"the text of '{what}' should be JSON: {e.Message.Split(" LineNumber:")[0]}", "correct it", e);
        }
    }

    /// <summary>Refuses a row that comes with pictures, sound or video.</summary>
    /// <exception cref="InvalidRowException">It does.</exception>
    public static void RefuseMedia(JsonElement row)
    {
        foreach (string column in s_media)
        {
            if (Find(row, column) is { } value && !(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0) && !(value.ValueKind == JsonValueKind.String && value.ValueEquals("")))
            {
                throw new InvalidRowException(RowIssue.Media, $"the column '{column}' is not empty", "leave such rows out with invalid_rows: drop");
            }
        }
    }

    /// <summary>The error for a column that a row must have.</summary>
    public static InvalidRowException Missing(JsonElement row, string column) => new(
        RowIssue.Malformed, $"no column '{column}'; there are {string.Join(", ", row.EnumerateObject().Select(property => property.Name))}", "name the right column in format");
}
