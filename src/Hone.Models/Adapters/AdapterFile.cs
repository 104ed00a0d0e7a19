using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hone.Models.Checkpoints;
using Hone.Models.Families;

namespace Hone.Models.Adapters;

/// <summary>An adapter's folder as PEFT writes it: settings, and tensors by the path of their layer.</summary>
internal sealed partial class AdapterFile : IDisposable
{
    /// <summary>Name of the tensors' file.</summary>
    public const string TensorsName = "adapter_model.safetensors";

    /// <summary>What stands before a module's path in the names of tensors.</summary>
    public const string Prefix = "base_model.model.";

    private AdapterFile(string folder, LoraConfig config, SafetensorsCheckpoint tensors)
    {
        Folder = folder;
        Config = config;
        Tensors = tensors;
        var parts = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        foreach (string key in tensors.Entries.Keys)
        {
            Match match = Key().Match(key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : key);
            if (!match.Success)
            {
                Strange.Add(key);
                continue;
            }

            string path = match.Groups["path"].Value;
            if (!parts.TryGetValue(path, out Dictionary<string, string>? own))
            {
                parts.Add(path, own = new(StringComparer.Ordinal));
            }

            own[match.Groups["part"].Value] = key;
        }

        Parts = parts;
    }

    public string Folder { get; }

    public LoraConfig Config { get; }

    public SafetensorsCheckpoint Tensors { get; }

    /// <summary>For each module's path, the names of its tensors by what they are: <c>lora_A</c>, <c>lora_B</c>, <c>lora_embedding_A</c>, <c>lora_magnitude_vector</c>, <c>weight</c>, <c>bias</c>, …</summary>
    public IReadOnlyDictionary<string, Dictionary<string, string>> Parts { get; }

    /// <summary>Names of tensors that are no part of a LoRA adapter.</summary>
    public List<string> Strange { get; } = [];

    public static AdapterFile Open(string folder)
    {
        string path = Path.Combine(folder, LoraConfig.FileName);
        if (!File.Exists(path))
        {
            throw new CheckpointFormatException("The folder holds no adapter.", folder, $"no {LoraConfig.FileName}", "Give the folder that PEFT or Hone saved an adapter to.");
        }

        LoraConfig config = LoraConfig.Read(ReadJson(path), path);
        return new AdapterFile(folder, config, SafetensorsCheckpoint.Open(Path.Combine(folder, TensorsName)));
    }

    public void Dispose() => Tensors.Dispose();

    private static JsonObject ReadJson(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new ModelConfigException("The file is no JSON object.", path, "another JSON value", "Get the file again.");
        }
        catch (JsonException e)
        {
            throw new ModelConfigException("The file is no JSON.", path, e.Message, "Get the file again.");
        }
    }

    /// <summary>A module's path and what the tensor is; names of an adapter (<c>.default</c>) and of older versions (<c>modules_to_save</c>) stand between.</summary>
    [GeneratedRegex(
        @"^(?<path>.+?)\.(?:(?<part>lora_A|lora_B)(?:\.default)?\.weight|(?<part>lora_embedding_A|lora_embedding_B)(?:\.default)?|(?<part>lora_magnitude_vector)(?:\.default)?(?:\.weight)?|(?<part>base_layer\.(?:weight|bias))|(?:modules_to_save\.(?:default\.)?)?(?<part>weight|bias))$",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Key();
}
