using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Core.Errors;
using Hone.Models.Checkpoints;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;

namespace Hone.Inference;

/// <summary>The files beside a model's weights, or what a GGUF file holds in their place.</summary>
internal sealed class ModelFiles
{
    private const string DefaultTemplate = "default";

    private static readonly string[] SpecialTokenNames = ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"];

    private readonly string _folder;
    private readonly TensorSource _tensors;

    private ModelFiles(string folder, TensorSource tensors)
    {
        _folder = folder;
        _tensors = tensors;
    }

    /// <summary>Finds the files of a checkpoint.</summary>
    public static ModelFiles Find(string path, TensorSource tensors) => new(Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".", tensors);

    /// <summary>The tokenizer.</summary>
    /// <exception cref="HoneException">There is none, or it cannot be read.</exception>
    public Tokenizer LoadTokenizer() => TokenizerLoader.Load(_folder);

    /// <summary>The chat template; <see langword="null"/> when there is none.</summary>
    /// <exception cref="HoneException">It cannot be read or is no template.</exception>
    public ChatTemplate? LoadTemplate()
    {
        JsonObject? settings = ReadJson("tokenizer_config.json");
        string file = Path.Combine(_folder, "chat_template.jinja");
        return File.Exists(file) ? ChatTemplate.Parse(File.ReadAllText(file), SpecialTokens(settings), file)
            : TemplateIn(settings?["chat_template"]) is { } source ? ChatTemplate.Parse(source, SpecialTokens(settings), Path.Combine(_folder, "tokenizer_config.json"))
            : (_tensors as GgufCheckpoint)?.Metadata.FindString("tokenizer.chat_template") is { } stored ? ChatTemplate.Parse(stored, SpecialTokens(settings), _tensors.Location)
            : null;
    }

    /// <summary>End tokens and recommended sampling.</summary>
    /// <param name="config">The model's settings.</param>
    public GenerationDefaults LoadDefaults(JsonObject config) => GenerationDefaults.Read(ReadJson("generation_config.json"), config, _folder);

    private static Dictionary<string, string> SpecialTokens(JsonObject? settings)
    {
        var tokens = new Dictionary<string, string>();
        foreach (string name in SpecialTokenNames)
        {
            // A token is written as its text, or as an object with its text and flags.
            string? text = settings?[name] is JsonObject described ? described["content"]?.ToString() : settings?[name]?.ToString();
            if (text is not null)
            {
                tokens[name] = text;
            }
        }

        return tokens;
    }

    // A template, or a list of named ones.
    private static string? TemplateIn(JsonNode? node) => node switch
    {
        JsonArray list => list.OfType<JsonObject>().FirstOrDefault(entry => entry["name"]?.ToString() == DefaultTemplate)?["template"]?.ToString(),
        null => null,
        _ => node.ToString(),
    };

    private JsonObject? ReadJson(string name)
    {
        string path = Path.Combine(_folder, name);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject ?? throw new JsonException("the file holds no object");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new HoneException("A checkpoint's file cannot be read.", path, e.Message, "check that the folder is a complete checkpoint", e);
        }
    }
}
