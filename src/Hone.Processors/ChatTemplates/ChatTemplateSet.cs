using System.Text.Json;
using Hone.Core.Registry;

namespace Hone.Processors.ChatTemplates;

/// <summary>The chat templates of a model: usually one, sometimes several for different uses, such as <c>tool_use</c>.</summary>
public sealed class ChatTemplateSet
{
    /// <summary>Name of the template that is used unless another is asked for.</summary>
    public const string DefaultName = "default";

    private const string ToolName = "tool_use";
    private const string TemplateFile = "chat_template.jinja";
    private const string ProcessorFile = "chat_template.json";
    private const string ConfigFile = "tokenizer_config.json";
    private const string TokensFile = "special_tokens_map.json";
    private const string Extension = ".jinja";

    private static readonly string[] s_folders = ["additional_chat_templates", "chat_templates"];
    private static readonly string[] s_tokenNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];
    private static readonly JsonDocumentOptions s_json = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly Dictionary<string, (string Source, string Place)> _templates;
    private readonly IReadOnlyDictionary<string, string> _specialTokens;
    private readonly string _place;

    private ChatTemplateSet(Dictionary<string, (string Source, string Place)> templates, IReadOnlyDictionary<string, string> specialTokens, string place)
    {
        _templates = templates;
        _specialTokens = specialTokens;
        _place = place;
    }

    /// <summary>Names of the templates, in order.</summary>
    public IReadOnlyList<string> Names => [.. _templates.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Strings of the special tokens by the name a template uses, e.g. <c>bos_token</c>.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens => _specialTokens;

    /// <summary>Gives the time of <c>strftime_now</c>.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Limits of one rendering.</summary>
    public TemplateLimits Limits { get; init; } = TemplateLimits.Default;

    /// <summary>Takes templates that were read elsewhere, such as those in a GGUF file's metadata.</summary>
    /// <param name="templates">Sources by name; the usual one is called <see cref="DefaultName"/>.</param>
    /// <param name="specialTokens">Strings of special tokens by name.</param>
    /// <param name="place">What messages call the place they come from.</param>
    public static ChatTemplateSet Create(IReadOnlyDictionary<string, string> templates, IReadOnlyDictionary<string, string> specialTokens, string place) =>
        new(templates.ToDictionary(entry => entry.Key, entry => (entry.Value, entry.Key == DefaultName ? place : $"{place} ({entry.Key})")), specialTokens, place);

    /// <summary>Reads the templates of a model's folder: <c>chat_template.jinja</c>, the folder of further ones, or <c>tokenizer_config.json</c>.</summary>
    /// <param name="folder">A folder in the layout of transformers.</param>
    /// <exception cref="TemplateException">The folder has no chat template, or a file is not what its name says.</exception>
    public static ChatTemplateSet Load(string folder) => Find(folder)
        ?? throw new TemplateException(TemplateStage.Compile, "TemplateNotFound", $"looked for {TemplateFile}, {ConfigFile} with a chat_template, {ProcessorFile} and {string.Join(" and ", s_folders.Select(name => name + "/"))}", 0, "", folder, "Use an instruction-tuned model, or put the template of its family into chat_template.jinja.");

    /// <summary>Reads the templates of a model's folder like <see cref="Load"/>; null if it has none.</summary>
    /// <param name="folder">A folder in the layout of transformers.</param>
    /// <exception cref="TemplateException">A file is not what its name says.</exception>
    public static ChatTemplateSet? Find(string folder)
    {
        var templates = new Dictionary<string, (string Source, string Place)>();
        var tokens = new Dictionary<string, string>();
        string config = Path.Combine(folder, ConfigFile);
        if (ReadJson(config) is { } settings)
        {
            ReadTokens(settings, tokens);
            AddFromJson(settings, config, templates);
        }

        string processor = Path.Combine(folder, ProcessorFile);
        if (ReadJson(processor) is { } legacy)
        {
            AddFromJson(legacy, processor, templates);
        }

        // Files of their own win over what the configuration holds.
        string file = Path.Combine(folder, TemplateFile);
        if (File.Exists(file))
        {
            templates[DefaultName] = (File.ReadAllText(file), file);
        }

        foreach (string further in s_folders.Select(name => Path.Combine(folder, name)).Where(Directory.Exists))
        {
            foreach (string path in Directory.EnumerateFiles(further, "*" + Extension).Order(StringComparer.Ordinal))
            {
                templates[Path.GetFileNameWithoutExtension(path)] = (File.ReadAllText(path), path);
            }
        }

        if (ReadJson(Path.Combine(folder, TokensFile)) is { } map)
        {
            ReadTokens(map, tokens);
        }

        return templates.Count > 0 ? new ChatTemplateSet(templates, tokens, folder) : null;
    }

    /// <summary>Compiles the template to use: the one asked for, else the one for tools if there are any, else the default.</summary>
    /// <param name="name">A name of <see cref="Names"/>, or null to choose.</param>
    /// <param name="hasTools">Whether the conversation has tools.</param>
    /// <exception cref="TemplateException">There is no such template, or it is malformed.</exception>
    public ChatTemplate Select(string? name = null, bool hasTools = false)
    {
        name ??= hasTools && _templates.ContainsKey(ToolName) ? ToolName : _templates.Count == 1 ? _templates.Keys.First() : DefaultName;
        if (!_templates.TryGetValue(name, out (string Source, string Place) template))
        {
            IReadOnlyList<string> near = NearestNames.Rank(name, _templates.Keys);
            throw new TemplateException(TemplateStage.Compile, "TemplateNotFound", $"no chat template '{name}'; there are {string.Join(", ", Names)}", 0, "", _place, $"Did you mean {string.Join(" or ", near)}?");
        }

        return ChatTemplate.Parse(template.Source, _specialTokens, template.Place, Limits, Clock);
    }

    private static JsonElement? ReadJson(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path), s_json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw Malformed(path, "expected an object", null);
        }
        catch (JsonException e)
        {
            throw Malformed(path, e.Message, e);
        }
    }

    private static void ReadTokens(JsonElement settings, Dictionary<string, string> tokens)
    {
        foreach (string name in s_tokenNames)
        {
            if (!settings.TryGetProperty(name, out JsonElement token))
            {
                continue;
            }

            // A token is its text, or an object with the flags of its matching.
            JsonElement content = token.ValueKind == JsonValueKind.Object && token.TryGetProperty("content", out JsonElement text) ? text : token;
            if (content.ValueKind == JsonValueKind.String)
            {
                tokens[name] = content.GetString()!; // strings are never null
            }
        }
    }

    private static void AddFromJson(JsonElement settings, string path, Dictionary<string, (string Source, string Place)> templates)
    {
        if (!settings.TryGetProperty("chat_template", out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                templates[DefaultName] = (value.GetString()!, $"{path}:chat_template"); // strings are never null
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    templates[property.Name] = (Text(property.Value, path), $"{path}:chat_template.{property.Name}");
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement entry in value.EnumerateArray())
                {
                    bool isNamed = entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("name", out _) && entry.TryGetProperty("template", out _);
                    string name = isNamed ? Text(entry.GetProperty("name"), path) : throw Malformed(path, "chat_template is a list whose entries lack name or template", null);
                    templates[name] = (Text(entry.GetProperty("template"), path), $"{path}:chat_template.{name}");
                }

                break;
            default:
                throw Malformed(path, $"chat_template must be a string or a list of named templates, not {value.ValueKind}", null);
        }
    }

    private static string Text(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Malformed(path, $"a chat template must be a string, not {value.ValueKind}", null); // strings are never null

    private static TemplateException Malformed(string path, string detail, Exception? inner) =>
        new(TemplateStage.Compile, "FormatError", detail, 0, "", path, "Get the file again from where the model comes from.", inner);
}
