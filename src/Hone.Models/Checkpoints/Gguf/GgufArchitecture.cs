using Hone.Core.Registry;

namespace Hone.Models.Checkpoints.Gguf;

/// <summary>What is particular to an architecture of GGUF files: names of tensors, names of settings, and how both relate to a Hugging Face model.</summary>
/// <remarks>Source: llama.cpp, folders gguf-py (names) and conversion (changes of weights).</remarks>
internal sealed class GgufArchitecture
{
    private const string LayerMark = "{i}";
    private const string BlockPrefix = "blk.";

    private static readonly GgufArchitecture[] s_all =
    [
        LlamaGguf.Llama, LlamaGguf.SmolLm3, QwenGguf.Qwen2, QwenGguf.Qwen3, QwenGguf.Qwen3Moe, GemmaGguf.Gemma2, GemmaGguf.Gemma3,
        Phi3Gguf.Phi3, Olmo2Gguf.Olmo2, Gpt2Gguf.Gpt2, BertGguf.Bert,
    ];

    private readonly Dictionary<string, GgufRule> _byGguf;
    private readonly Dictionary<string, GgufRule> _byHuggingFace;

    /// <summary>Collects the names of an architecture.</summary>
    /// <param name="name">Value of <c>general.architecture</c>.</param>
    /// <param name="modelTypes">Values of <c>model_type</c> in config.json that are written as this architecture.</param>
    /// <param name="rules">Names of tensors.</param>
    /// <param name="settings">Names of settings.</param>
    public GgufArchitecture(string name, IReadOnlyList<string> modelTypes, IReadOnlyList<GgufRule> rules, IReadOnlyList<GgufSetting> settings)
    {
        Name = name;
        ModelTypes = modelTypes;
        Settings = settings;
        _byGguf = rules.ToDictionary(rule => rule.Gguf, StringComparer.Ordinal);
        _byHuggingFace = rules.ToDictionary(rule => rule.HuggingFace, StringComparer.Ordinal);
    }

    /// <summary>Value of <c>general.architecture</c>, which is also the prefix of its settings.</summary>
    public string Name { get; }

    /// <summary>Values of <c>model_type</c> in config.json that are written as this architecture.</summary>
    public IReadOnlyList<string> ModelTypes { get; }

    /// <summary>Names of settings.</summary>
    public IReadOnlyList<GgufSetting> Settings { get; }

    /// <summary>Completes a config.json from metadata and tensors beyond <see cref="Settings"/>: at least <c>model_type</c> and <c>architectures</c>.</summary>
    public required Action<GgufConfigDraft> CompleteConfig { get; init; }

    /// <summary>Completes metadata from a config.json beyond <see cref="Settings"/>.</summary>
    public Action<GgufMetadataDraft> CompleteMetadata { get; init; } = static _ => { };

    /// <summary>Tensors that are settings in a Hugging Face model, which <see cref="CompleteConfig"/> reads.</summary>
    public IReadOnlyList<string> SettingTensors { get; init; } = [];

    /// <summary>Names of all architectures.</summary>
    public static IEnumerable<string> Names => s_all.Select(architecture => architecture.Name);

    /// <summary>The architecture of that name.</summary>
    public static GgufArchitecture? Find(string? name) => Array.Find(s_all, architecture => architecture.Name == name);

    /// <summary>The architecture as which a model of that <c>model_type</c> is written.</summary>
    public static GgufArchitecture? ForModelType(string? modelType) => Array.Find(s_all, architecture => architecture.ModelTypes.Contains(modelType));

    /// <summary>The error for an architecture or model type that is not known.</summary>
    public static CheckpointFormatException Unknown(string where, string name, bool isModelType)
    {
        string[] known = isModelType ? [.. s_all.SelectMany(architecture => architecture.ModelTypes)] : [.. Names];
        return new CheckpointFormatException(
            isModelType ? "Models of this type cannot be written as GGUF." : "GGUF files of this architecture cannot be used as models.",
            where,
            $"'{name}'; nearest: {string.Join(", ", NearestNames.Rank(name, known))}",
            $"Known are: {string.Join(", ", known)}.");
    }

    /// <summary>The checkpoint's key for a tensor of the file, with <c>{e}</c> left in.</summary>
    public (string Key, GgufRule Rule)? ToHuggingFace(string gguf)
    {
        int start = BlockPrefix.Length;
        int end = gguf.StartsWith(BlockPrefix, StringComparison.Ordinal) ? gguf.IndexOf('.', start) : -1;
        bool isLayer = end > start && gguf.AsSpan(start, end - start).IndexOfAnyExceptInRange('0', '9') < 0;
        string pattern = isLayer ? $"{BlockPrefix}{LayerMark}{gguf[end..]}" : gguf;
        return _byGguf.TryGetValue(pattern, out GgufRule? rule) && isLayer == rule.Gguf.Contains(LayerMark, StringComparison.Ordinal)
            ? (isLayer ? rule.HuggingFace.Replace(LayerMark, gguf[start..end], StringComparison.Ordinal) : rule.HuggingFace, rule)
            : null;
    }

    /// <summary>The file's name for a tensor of a checkpoint, and the number of its expert.</summary>
    public (string Name, GgufRule Rule, int Expert)? ToGguf(string key)
    {
        string[] parts = key.Split('.');
        int[] numbers = [.. Enumerable.Range(0, parts.Length).Where(at => parts[at].Length is > 0 and < 7 && parts[at].All(char.IsAsciiDigit))];
        if (numbers.Length > 2)
        {
            return null;
        }

        (int layer, int expert) = (numbers.Length > 0 ? int.Parse(parts[numbers[0]]) : 0, numbers.Length > 1 ? int.Parse(parts[numbers[1]]) : 0);
        for (int n = 0; n < numbers.Length; n++)
        {
            parts[numbers[n]] = n == 0 ? LayerMark : "{e}";
        }

        return _byHuggingFace.TryGetValue(string.Join('.', parts), out GgufRule? rule) ? (rule.Gguf.Replace(LayerMark, $"{layer}", StringComparison.Ordinal), rule, expert) : null;
    }
}
