using System.Text.Json;

namespace Hone.Conformance.Tests;

/// <summary>Names the kinds of cases in a fixture folder by looking at what is there.</summary>
/// <remarks>
/// A kind is <c>area/entry</c> (a file without its extension, or a folder), and <c>area/entry/class</c> where a JSON file lists cases that
/// name an optimizer or a family. Where an area's manifest gives its folders a kind (<c>models</c>: folder, <c>kind</c>), that takes the folder's place.
/// </remarks>
internal static class FixtureKinds
{
    private static readonly string[] s_notCases = [".md", ".py", ".txt"];

    /// <summary>All kinds below <paramref name="root"/>, in order.</summary>
    public static IReadOnlyList<string> Find(string root)
    {
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string area in Directory.EnumerateDirectories(root))
        {
            Dictionary<string, string> given = KindsOfFolders(area);
            foreach (string entry in Directory.EnumerateFileSystemEntries(area))
            {
                string name = Directory.Exists(entry) ? given.GetValueOrDefault(Path.GetFileName(entry), Path.GetFileName(entry)) : Path.GetFileNameWithoutExtension(entry);
                if (!s_notCases.Contains(Path.GetExtension(entry)) && name != "manifest")
                {
                    string kind = $"{Path.GetFileName(area)}/{name}";
                    List<string> classes = Path.GetExtension(entry) == ".json" ? ClassesOf(entry) : [];
                    kinds.UnionWith(classes.Count == 0 ? [kind] : classes.Select(c => $"{kind}/{c}"));
                }
            }
        }

        // A tensor file beside a JSON file of the same name belongs to its cases.
        kinds.RemoveWhere(kind => kinds.Any(other => other.StartsWith(kind + "/", StringComparison.Ordinal)));
        return [.. kinds];
    }

    private static Dictionary<string, string> KindsOfFolders(string area)
    {
        string manifest = Path.Combine(area, "manifest.json");
        if (!File.Exists(manifest))
        {
            return [];
        }

        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(manifest));
        return document.RootElement.TryGetProperty("models", out JsonElement models) && models.ValueKind == JsonValueKind.Object
            ? models.EnumerateObject().Where(HasKind).ToDictionary(model => model.Name, model => model.Value.GetProperty("kind").GetString()!)
            : [];
    }

    private static bool HasKind(JsonProperty model) =>
        model.Value.ValueKind == JsonValueKind.Object && model.Value.TryGetProperty("kind", out JsonElement kind) && kind.ValueKind == JsonValueKind.String;

    private static List<string> ClassesOf(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("cases", out JsonElement cases))
        {
            return [];
        }

        IEnumerable<JsonElement> each = cases.ValueKind == JsonValueKind.Array ? cases.EnumerateArray() : cases.EnumerateObject().Select(p => p.Value);
        return each.Select(ClassOf).OfType<string>().Distinct().ToList();
    }

    private static string? ClassOf(JsonElement entry)
    {
        foreach (string key in (string[])["optimizer", "family"])
        {
            if (entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String)
            {
                return value.GetString();
            }
        }

        return null;
    }
}
