using System.Text.Json;
using System.Text.Unicode;

namespace Hone.Data.Formats;

/// <summary>Texts within JSON that are no text: half a surrogate pair written as an escape, or bytes that are not UTF-8. A JSON reader finds them only when they are asked for.</summary>
internal static class JsonTexts
{
    /// <summary>What is wrong with a name or text of a value; <see langword="null"/> when all can be read.</summary>
    /// <param name="value">The parsed value.</param>
    /// <param name="json">What it was parsed from; looked through first, because nearly all files have no such escape.</param>
    public static string? FindUnreadable(JsonElement value, ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0 && Utf8.IsValid(json))
        {
            return null;
        }

        try
        {
            Visit(value);
            return null;
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }
    }

    private static void Visit(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                value.GetString();
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Visit(item); // as deep as the reader allows, 64
                }

                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    _ = property.Name;
                    Visit(property.Value);
                }

                break;
            default:
                break;
        }
    }
}
