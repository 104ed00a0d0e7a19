using Hone.Core.Registry;

namespace Hone.Cli.Rendering;

/// <summary>Writes the explanation of a part as one line of JSON.</summary>
internal static class PartJson
{
    /// <summary>Writes name, purpose and every key with type, default, limits and purpose.</summary>
    public static string Write(PartDescription part) => JsonLine.Write(json =>
    {
        json.WriteString("kind", part.Kind);
        json.WriteString("name", part.Name);
        json.WriteNumber("version", part.Version);
        json.WriteString("summary", part.Summary);
        json.WriteString("remarks", part.Remarks);
        json.WriteStartArray("keys");
        foreach (KeyDescription key in part.Keys)
        {
            json.WriteStartObject();
            json.WriteString("key", key.Name);
            json.WriteString("type", key.Type);
            json.WriteBoolean("required", key.IsRequired);
            json.WriteString("default", key.Default);
            json.WriteString("range", key.Range);
            json.WriteString("summary", key.Summary);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
