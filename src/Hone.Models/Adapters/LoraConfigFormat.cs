using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Hone.Models.Families;

namespace Hone.Models.Adapters;

/// <summary>Reads and writes the keys of <c>adapter_config.json</c>.</summary>
internal static class LoraConfigFormat
{
    /// <summary>Keys that ask for other mathematics when they are set.</summary>
    private static readonly string[] s_unsupported =
    [
        "layer_replication", "trainable_token_indices", "target_parameters", "megatron_config", "alora_invocation_tokens", "arrow_config", "kasa_config",
        "use_bdlora", "velora_config", "monteclora_config",
    ];

    public static LoraConfig Read(ConfigReader json)
    {
        json.OneOf("peft_type", null, "LORA");
        json.Expect("use_qalora", false);
        json.Expect("lora_bias", false);
        foreach (string key in s_unsupported)
        {
            if (json.Has(key) && json.Json[key] is not (JsonArray { Count: 0 } or JsonObject { Count: 0 }) && !(json.Json[key] is JsonValue value && value.TryGetValue(out bool flag) && !flag))
            {
                throw json.Unsupported(key, "it is set", "null");
            }
        }

        (ImmutableArray<string> targets, bool isTargetExpression) = NamesOrExpression(json, "target_modules");
        (ImmutableArray<string> excluded, bool isExcludeExpression) = NamesOrExpression(json, "exclude_modules");
        double dropout = json.Number("lora_dropout", 0);
        if (dropout is < 0 or >= 1)
        {
            throw json.Wrong("lora_dropout", $"{dropout} is not in [0, 1)");
        }

        return new LoraConfig
        {
            R = json.Size("r"),
            LoraAlpha = json.Number("lora_alpha"),
            TargetModules = targets,
            IsTargetExpression = isTargetExpression,
            ExcludeModules = excluded,
            IsExcludeExpression = isExcludeExpression,
            LayersToTransform = Layers(json),
            LayersPattern = json.Json["layers_pattern"] is JsonValue ? [json.Word("layers_pattern")] : [.. json.Words("layers_pattern") ?? []],
            RankPattern = Patterns(json, "rank_pattern"),
            AlphaPattern = Patterns(json, "alpha_pattern"),
            ModulesToSave = [.. json.Words("modules_to_save") ?? []],
            LoraDropout = dropout,
            UseRslora = json.Flag("use_rslora", false),
            UseDora = json.Flag("use_dora", false),
            Bias = json.OneOf("bias", "none", "none", "lora_only", "all"),
            TaskType = json.Word("task_type", string.Empty),
            BaseModelNameOrPath = json.Word("base_model_name_or_path", string.Empty),
            Json = json.Json,
        };
    }

    public static JsonObject Write(LoraConfig config) => new()
    {
        ["alpha_pattern"] = Patterns(config.AlphaPattern),
        ["base_model_name_or_path"] = Text(config.BaseModelNameOrPath),
        ["bias"] = config.Bias,
        ["exclude_modules"] = NamesOrExpression(config.ExcludeModules, config.IsExcludeExpression),
        ["fan_in_fan_out"] = false,
        ["inference_mode"] = true,
        ["init_lora_weights"] = true,
        ["layers_pattern"] = Names(config.LayersPattern),
        ["layers_to_transform"] = config.LayersToTransform.IsEmpty ? null : new JsonArray([.. config.LayersToTransform.Select(layer => JsonValue.Create(layer))]),
        ["lora_alpha"] = Number(config.LoraAlpha),
        ["lora_bias"] = false,
        ["lora_dropout"] = config.LoraDropout,
        ["modules_to_save"] = Names(config.ModulesToSave),
        ["peft_type"] = "LORA",
        ["r"] = config.R,
        ["rank_pattern"] = Patterns(config.RankPattern),
        ["revision"] = null,
        ["target_modules"] = NamesOrExpression(config.TargetModules, config.IsTargetExpression),
        ["task_type"] = Text(config.TaskType),
        ["use_dora"] = config.UseDora,
        ["use_rslora"] = config.UseRslora,
    };

    private static (ImmutableArray<string> Names, bool IsExpression) NamesOrExpression(ConfigReader json, string key) =>
        json.Json[key] is JsonValue ? ([json.Word(key)], true) : ([.. json.Words(key) ?? []], false);

    private static ImmutableArray<int> Layers(ConfigReader json) =>
        json.Json["layers_to_transform"] is JsonValue ? [json.Integer("layers_to_transform", min: 0)] : [.. (json.Numbers("layers_to_transform") ?? []).Select(layer => (int)layer)];

    private static ImmutableArray<KeyValuePair<string, double>> Patterns(ConfigReader json, string key) =>
        json.Section(key) is { } section ? [.. section.Json.Select(pair => KeyValuePair.Create(pair.Key, section.Number(pair.Key)))] : [];

    private static JsonObject Patterns(ImmutableArray<KeyValuePair<string, double>> patterns) =>
        new(patterns.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Number(pair.Value))));

    private static JsonNode? NamesOrExpression(ImmutableArray<string> names, bool isExpression) => isExpression ? JsonValue.Create(names[0]) : Names(names);

    private static JsonArray? Names(ImmutableArray<string> names) => names.IsEmpty ? null : new JsonArray([.. names.Select(name => JsonValue.Create(name))]);

    private static JsonValue? Text(string text) => text.Length == 0 ? null : JsonValue.Create(text);

    private static JsonValue Number(double value) => value == Math.Floor(value) && Math.Abs(value) < int.MaxValue ? JsonValue.Create((int)value) : JsonValue.Create(value);
}
