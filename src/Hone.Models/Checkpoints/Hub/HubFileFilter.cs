using System.IO.Enumeration;

namespace Hone.Models.Checkpoints.Hub;

/// <summary>Chooses which files of a model are fetched or sent.</summary>
/// <remarks>Patterns are those of huggingface_hub: <c>*</c> and <c>?</c> match slashes too, and a pattern that ends in a slash means the whole folder.</remarks>
public sealed record HubFileFilter
{
    // What Hone reads of a model: settings, tokenizers, templates; weights are chosen below. Folders such as 1_Pooling belong to embedding models.
    private static readonly string[] s_settings = ["*.json", "*.jinja", "*.txt", "*.model", "*.tiktoken"];
    private static readonly string[] s_folders = ["*_Pooling/", "*_Dense/", "*_Normalize/", "*_LayerNorm/", "additional_chat_templates/", "chat_templates/"];

    /// <summary>Everything.</summary>
    public static HubFileFilter All { get; } = new() { Include = ["*"] };

    /// <summary>What Hone needs of a model: safetensors or GGUF weights, settings, tokenizer, chat templates.</summary>
    public static HubFileFilter Needed { get; } = new();

    /// <summary>Patterns of wanted files; none for what Hone needs.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Patterns of files that are left out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The wanted files among those of a model.</summary>
    /// <exception cref="HubException">None is wanted, or the model offers several GGUF files and no pattern says which.</exception>
    public IReadOnlyList<HubFile> Select(HubModelInfo model)
    {
        IEnumerable<HubFile> candidates = model.Files.Where(file => !MatchesAny(Exclude, file.Path));
        List<HubFile> chosen = Include.Count > 0 ? [.. candidates.Where(file => MatchesAny(Include, file.Path))] : Default(model, [.. candidates]);
        if (chosen.Count == 0)
        {
            string patterns = Include.Count + Exclude.Count == 0 ? "no safetensors or GGUF weights, no settings" : $"include {string.Join(' ', Include)}, exclude {string.Join(' ', Exclude)}";
            throw new HubException(HubFailure.FileNotFound, "No file of the model is wanted.", model.Name.Id, $"{patterns}; it has {Some(model.Files.Select(file => file.Path))}", "give --include with a pattern that matches");
        }

        return chosen;
    }

    /// <summary>Whether a file is wanted; for folders that are sent.</summary>
    public bool Accepts(string path) => (Include.Count == 0 || MatchesAny(Include, path)) && !MatchesAny(Exclude, path);

    private static List<HubFile> Default(HubModelInfo model, List<HubFile> candidates)
    {
        bool IsTop(HubFile file) => !file.Path.Contains('/');
        List<HubFile> chosen = [.. candidates.Where(file => (IsTop(file) && MatchesAny(s_settings, file.Path)) || MatchesAny(s_folders, file.Path))];
        List<HubFile> safetensors = [.. candidates.Where(file => IsTop(file) && file.Path.EndsWith(".safetensors", StringComparison.Ordinal))];
        if (safetensors.Exists(file => file.Path.StartsWith("model", StringComparison.Ordinal)))
        {
            safetensors.RemoveAll(file => file.Path.StartsWith("consolidated", StringComparison.Ordinal)); // the same weights once more
        }

        List<HubFile> gguf = safetensors.Count > 0 ? [] : [.. candidates.Where(file => file.Path.EndsWith(".gguf", StringComparison.Ordinal))];
        if (gguf.Select(Variant).Distinct().Count() > 1)
        {
            throw new HubException(HubFailure.FileNotFound, "The model offers several GGUF files.", model.Name.Id, Some(gguf.Select(file => file.Path)), $"choose, for example --include '{gguf[0].Path}'");
        }

        chosen.AddRange(safetensors);
        chosen.AddRange(gguf);
        return [.. chosen.Distinct()];
    }

    /// <summary>The name without the number of the part: NAME-00001-of-00003.gguf.</summary>
    private static string Variant(HubFile file)
    {
        int of = file.Path.LastIndexOf("-of-", StringComparison.Ordinal);
        int number = of < 0 ? -1 : file.Path.LastIndexOf('-', of - 1);
        return number < 0 ? file.Path : file.Path[..number];
    }

    private static bool MatchesAny(IReadOnlyList<string> patterns, string path) =>
        patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern.EndsWith('/') ? pattern + "*" : pattern, path, ignoreCase: false));

    private static string Some(IEnumerable<string> paths)
    {
        const int Shown = 12;
        List<string> all = [.. paths];
        return string.Join(", ", all.Take(Shown)) + (all.Count > Shown ? $", … ({all.Count} files)" : "");
    }
}
