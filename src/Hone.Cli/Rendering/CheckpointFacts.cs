using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Models.Checkpoints;
using Hone.Tensors;

namespace Hone.Cli.Rendering;

/// <summary>What there is to say about a checkpoint, gathered for text and JSON alike.</summary>
internal sealed class CheckpointFacts
{
    private const int MaxItems = 6; // of lists in the metadata; a vocabulary has a hundred thousand

    /// <summary>Gathers the facts.</summary>
    /// <param name="source">The open checkpoint.</param>
    public CheckpointFacts(TensorSource source)
    {
        Source = source;
        Entries = [.. source.Entries.Values.OrderBy(entry => entry.File, StringComparer.Ordinal).ThenBy(entry => entry.Offset)];
        Files = [.. Entries.Select(entry => entry.File).Append(source is GgufCheckpoint ? source.Location : "").Where(file => file.Length > 0).Distinct(StringComparer.Ordinal)];
        (Format, Metadata) = source switch
        {
            GgufCheckpoint gguf => ($"GGUF version {gguf.Version}{(gguf.IsBigEndian ? ", big endian" : "")}", gguf.Metadata.Select(pair => (pair.Key, pair.Value.Count > MaxItems ? $"{pair.Value.Count} items {pair.Value.ToText(MaxItems)}" : pair.Value.ToText(MaxItems))).ToList()),
            SafetensorsCheckpoint safetensors => ("safetensors", safetensors.Metadata.Select(pair => (pair.Key, pair.Value)).ToList()),
            _ => ("checkpoint", new List<(string, string)>()),
        };
        Template = source is GgufCheckpoint file ? file.Metadata.FindString("tokenizer.chat_template") : TemplateBeside(source.Location);
        try
        {
            Config = source.ReadConfig();
        }
        catch (CheckpointFormatException e)
        {
            ConfigProblem = $"{e.What} {e.Facts}";
        }
    }

    /// <summary>The checkpoint.</summary>
    public TensorSource Source { get; }

    /// <summary>Name of the file format.</summary>
    public string Format { get; }

    /// <summary>Files that hold the tensors.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The tensors in the order of the files.</summary>
    public IReadOnlyList<TensorEntry> Entries { get; }

    /// <summary>What the files say about themselves.</summary>
    public IReadOnlyList<(string Key, string Value)> Metadata { get; }

    /// <summary>config.json or its equivalent.</summary>
    public JsonObject? Config { get; }

    /// <summary>Why there is no config.</summary>
    public string? ConfigProblem { get; }

    /// <summary>The chat template.</summary>
    public string? Template { get; }

    /// <summary>Number of weights.</summary>
    public long Parameters => Entries.Where(IsWeight).Sum(entry => entry.Shape.ElementCount);

    /// <summary>Bytes of all tensors in the files.</summary>
    public long StoredBytes => Entries.Sum(entry => entry.SizeBytes);

    /// <summary>Totals of each stored type, largest first.</summary>
    public IReadOnlyList<(string Type, int Count, long Elements, long SizeBytes)> Types =>
    [
        .. Entries.GroupBy(entry => entry.StoredType).Select(group => (group.Key, group.Count(), group.Sum(entry => entry.Shape.ElementCount), group.Sum(entry => entry.SizeBytes)))
            .OrderByDescending(row => row.Item4).ThenBy(row => row.Key, StringComparer.Ordinal),
    ];

    /// <summary>Bytes of all tensors if weights took this many bytes each.</summary>
    public long BytesAt(int bytesPerWeight) => Entries.Sum(entry => IsWeight(entry) ? entry.Shape.ElementCount * bytesPerWeight : entry.SizeBytes);

    private static bool IsWeight(TensorEntry entry) => entry.DType?.IsFloatingPoint ?? true;

    private static string? TemplateBeside(string location)
    {
        string folder = Directory.Exists(location) ? location : Path.GetDirectoryName(Path.GetFullPath(location)) ?? ".";
        string template = Path.Combine(folder, "chat_template.jinja");
        string settings = Path.Combine(folder, "tokenizer_config.json");
        if (File.Exists(template))
        {
            return File.ReadAllText(template);
        }

        try
        {
            return File.Exists(settings) && JsonNode.Parse(File.ReadAllText(settings))?["chat_template"] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // another command's matter: here only the weights are looked at
        }
    }
}
