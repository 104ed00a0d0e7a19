using System.Text.Json;

namespace Hone.Cli.Rendering;

/// <summary>Writes the facts about a checkpoint as one line of JSON.</summary>
internal static class CheckpointJson
{
    public static string Write(CheckpointFacts facts) => JsonLine.Write(json =>
    {
        json.WriteString("path", facts.Source.Location);
        json.WriteString("format", facts.Format);
        WriteArray(json, "files", facts.Files, json.WriteStringValue);
        json.WriteNumber("parameters", facts.Parameters);
        json.WriteStartObject("memory_bytes");
        json.WriteNumber("stored", facts.StoredBytes);
        json.WriteNumber("bf16", facts.BytesAt(2));
        json.WriteNumber("f32", facts.BytesAt(4));
        json.WriteEndObject();
        WriteArray(json, "types", facts.Types, row =>
        {
            json.WriteStartObject();
            json.WriteString("type", row.Type);
            json.WriteNumber("tensors", row.Count);
            json.WriteNumber("elements", row.Elements);
            json.WriteNumber("bytes", row.SizeBytes);
            json.WriteEndObject();
        });
        json.WriteStartObject("metadata");
        foreach ((string key, string value) in facts.Metadata)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
        json.WritePropertyName("config");
        if (facts.Config is { } config)
        {
            config.WriteTo(json);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteString("chat_template", facts.Template);
        WriteArray(json, "tensors", facts.Entries, entry =>
        {
            json.WriteStartObject();
            json.WriteString("name", entry.Name);
            WriteArray(json, "shape", entry.Shape.Dimensions.ToArray(), json.WriteNumberValue);
            json.WriteString("type", entry.StoredType);
            json.WriteNumber("bytes", entry.SizeBytes);
            json.WriteString("file", Path.GetFileName(entry.File));
            json.WriteNumber("offset", entry.Offset);
            json.WriteEndObject();
        });
    });

    private static void WriteArray<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            write(item);
        }

        json.WriteEndArray();
    }
}
