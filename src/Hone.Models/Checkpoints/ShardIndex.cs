using System.Text.Json;

namespace Hone.Models.Checkpoints;

/// <summary>The list that says which file of a sharded checkpoint holds which tensor: <c>model.safetensors.index.json</c>.</summary>
internal static class ShardIndex
{
    /// <summary>Ending of the list's file name.</summary>
    public const string Suffix = ".safetensors.index.json";

    private const long MaxBytes = 100_000_000; // as for a header, which lists the same names

    /// <summary>Reads the list.</summary>
    /// <returns>File name of each tensor.</returns>
    /// <exception cref="CheckpointFormatException">The list is damaged or leads out of its folder.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw Damaged(path, $"the file is larger than {MaxBytes} bytes");
            }

            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("weight_map", out JsonElement map) || map.ValueKind != JsonValueKind.Object)
            {
                throw Damaged(path, "there is no object 'weight_map'");
            }

            foreach (JsonProperty property in map.EnumerateObject())
            {
                string file = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : string.Empty; // a string token has a value
                if (file.Length == 0 || file is "." or ".." || file.AsSpan().IndexOfAny("/\\\0:") >= 0)
                {
                    throw Damaged(path, $"'{property.Name}' is said to be in {property.Value.GetRawText()}, which is no file name");
                }

                if (!files.TryAdd(property.Name, file))
                {
                    throw Damaged(path, $"'{property.Name}' stands twice in weight_map");
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Damaged(path, e.Message, e);
        }

        return files;
    }

    private static CheckpointFormatException Damaged(string path, string facts, Exception? inner = null) =>
        new("The list of a sharded checkpoint's files is not valid.", path, facts, "Download or save the checkpoint again.", inner);
}
