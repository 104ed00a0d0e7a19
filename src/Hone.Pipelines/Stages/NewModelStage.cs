using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Core.Recipes;
using Hone.Core.Runs;
using Hone.Core.Stages;
using Hone.Models;
using Hone.Models.Checkpoints;
using Hone.Models.Families;
using Hone.Processors.Tokenizers;
using Hone.Tensors;

namespace Hone.Pipelines.Stages;

/// <summary>Writes the folder of a model that has not been trained: settings, random weights, and the tokenizer's files.</summary>
/// <remarks>The folder is the stage's own; it can be given wherever a model can. The weights depend on the seed, the stage's name and the sizes only.</remarks>
[Stage("new-model")]
public sealed record NewModelStage : Stage, ICheckedOptions
{
    private const string WeightsName = "model.safetensors";
    private const string ConfigName = "config.json";
    private const string GenerationName = "generation_config.json";

    /// <summary>Files that may lie beside a tokenizer and change what it does.</summary>
    private static readonly string[] s_companions = ["chat_template.jinja", "special_tokens_map.json", "added_tokens.json"];

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, IndentSize = 2, NewLine = "\n" };

    /// <summary>The tokenizer.json; its tokenizer_config.json lies beside it.</summary>
    public required FileSource Tokenizer { get; init; }

    /// <summary>Layout of the model.</summary>
    public NewModelFamily Family { get; init; } = NewModelFamily.Llama;

    /// <summary>Width of the hidden states.</summary>
    [Range(2, 65_536)]
    public required int HiddenSize { get; init; }

    /// <summary>Number of layers.</summary>
    [Range(1, 1024)]
    public required int NumHiddenLayers { get; init; }

    /// <summary>Query heads of a layer; the hidden states are shared out evenly among them.</summary>
    [Range(1, 1024)]
    public required int NumAttentionHeads { get; init; }

    /// <summary>Key and value heads of a layer; as many as query heads when not given.</summary>
    [Range(1, 1024)]
    public int? NumKeyValueHeads { get; init; }

    /// <summary>Width within MLPs.</summary>
    [Range(1, 1_048_576)]
    public required int IntermediateSize { get; init; }

    /// <summary>Longest text the model is meant for.</summary>
    [Range(1, 1_048_576)]
    public int MaxPositionEmbeddings { get; init; } = 1024;

    /// <summary>Base of the rotary embedding.</summary>
    [Range(1, double.PositiveInfinity, MinimumExcluded = true)]
    public double RopeTheta { get; init; } = 10_000;

    /// <summary>Added to mean squares in norms.</summary>
    [Positive]
    public double RmsNormEps { get; init; } = 1e-5;

    /// <summary>Whether the output head is the token embedding.</summary>
    public bool TieWordEmbeddings { get; init; } = true;

    /// <summary>Type of the weights; <c>auto</c> is f32.</summary>
    public WeightType Dtype { get; init; } = WeightType.F32;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Outputs => [WeightsName, ConfigName, GenerationName, TokenizerStage.TokenizerName, TokenizerStage.SettingsName];

    private int HeadDim => HiddenSize / NumAttentionHeads;

    /// <inheritdoc/>
    public void Check(OptionChecks checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        if (HiddenSize % NumAttentionHeads != 0 || HeadDim % 2 != 0)
        {
            checks.Report(
                nameof(NumAttentionHeads), $"{HiddenSize} hidden states do not give {NumAttentionHeads} heads of equal, even width", "choose a hidden_size that is a multiple of twice num_attention_heads");
        }

        if (NumKeyValueHeads is { } keyHeads && NumAttentionHeads % keyHeads != 0)
        {
            checks.Report(nameof(NumKeyValueHeads), $"{NumAttentionHeads} query heads cannot share {keyHeads} key heads evenly", "choose a divisor of num_attention_heads");
        }

        if (Dtype == WeightType.Nf4)
        {
            checks.Report(nameof(Dtype), "nf4 holds a frozen model in memory and is no type of files", "choose f32, bf16 or f16");
        }

        if (Tokenizer.Path is { } path && Path.GetFileName(path) != TokenizerStage.TokenizerName)
        {
            checks.Report(nameof(Tokenizer), $"'{Path.GetFileName(path)}' is no {TokenizerStage.TokenizerName}", $"give the path of a {TokenizerStage.TokenizerName}, with its {TokenizerStage.SettingsName} beside it");
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Run(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        string tokenizerPath = context.OpenInput(Tokenizer), settingsPath = context.OpenInput(BesideTokenizer(TokenizerStage.SettingsName));
        string folder = Path.GetDirectoryName(Path.GetFullPath(tokenizerPath))!; // a file has a folder
        Tokenizer tokenizer = TokenizerLoader.Load(folder);
        int end = RequireToken(tokenizer, tokenizer.Special.Eos, "eos_token", settingsPath), pad = RequireToken(tokenizer, tokenizer.Special.Pad, "pad_token", settingsPath);
        JsonObject config = CreateConfig(tokenizer.VocabularySize, end, pad);
        var decoder = ModelFamilies.Read<DecoderConfig>(config, Path.Combine(context.Folder, ConfigName));
        IReadOnlyList<TensorContent> weights = NewDecoder.Create(decoder, context.CreateRandom("weights"), TypeOf(Dtype));
        using (AtomicFile file = context.CreateArtifact(WeightsName))
        {
            SafetensorsWriter.Write(file, weights, SafetensorsWriter.DefaultMetadata);
            context.Publish(file);
        }

        context.Publish(ConfigName, JsonSerializer.SerializeToUtf8Bytes(config, s_indented));
        context.Publish(GenerationName, JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["eos_token_id"] = end, ["pad_token_id"] = pad }, s_indented));
        context.Publish(TokenizerStage.TokenizerName, File.ReadAllBytes(tokenizerPath));
        context.Publish(TokenizerStage.SettingsName, File.ReadAllBytes(settingsPath));
        foreach (string name in s_companions.Where(name => File.Exists(Path.Combine(folder, name))))
        {
            context.Publish(name, File.ReadAllBytes(context.OpenInput(BesideTokenizer(name))));
        }

        return new Dictionary<string, double>
        {
            ["parameters"] = weights.Sum(weight => weight.Shape.ElementCount), ["weight_bytes"] = weights.Sum(weight => weight.SizeBytes), ["vocab_size"] = tokenizer.VocabularySize,
        };
    }

    private FileSource BesideTokenizer(string name) => Tokenizer.Path is { } path
        ? new FileSource { Path = Path.Combine(Path.GetDirectoryName(path) ?? "", name) }
        : Tokenizer with { Artifact = Path.Combine(Path.GetDirectoryName(Tokenizer.Artifact ?? "") ?? "", name) };

    private static int RequireToken(Tokenizer tokenizer, string? token, string key, string settings) => (token is null ? null : tokenizer.IdOf(token)) ?? throw new TokenizerFormatException(
        $"The tokenizer has no {key}.", settings, token is null ? $"'{key}' is not there" : $"'{token}' is not in its vocabulary", $"name a token of the vocabulary as {key} in {TokenizerStage.SettingsName}");

    private JsonObject CreateConfig(int vocabSize, int end, int pad)
    {
        bool isLlama = Family == NewModelFamily.Llama;
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray(isLlama ? "LlamaForCausalLM" : "Qwen2ForCausalLM"),
            ["model_type"] = isLlama ? "llama" : "qwen2",
            ["attention_dropout"] = 0.0,
            ["eos_token_id"] = end,
            ["pad_token_id"] = pad,
            ["hidden_act"] = "silu",
            ["hidden_size"] = HiddenSize,
            ["initializer_range"] = Math.Round((double)NewDecoder.InitializerRange, 4),
            ["intermediate_size"] = IntermediateSize,
            ["max_position_embeddings"] = MaxPositionEmbeddings,
            ["num_attention_heads"] = NumAttentionHeads,
            ["num_hidden_layers"] = NumHiddenLayers,
            ["num_key_value_heads"] = NumKeyValueHeads ?? NumAttentionHeads,
            ["rms_norm_eps"] = RmsNormEps,
            ["rope_theta"] = RopeTheta,
            ["tie_word_embeddings"] = TieWordEmbeddings,
            ["torch_dtype"] = Dtype switch { WeightType.Bf16 => "bfloat16", WeightType.F16 => "float16", _ => "float32" },
            ["use_cache"] = true,
            ["vocab_size"] = vocabSize,
        };
        if (isLlama)
        {
            config["attention_bias"] = false;
            config["mlp_bias"] = false;
            config["head_dim"] = HeadDim;
        }
        else
        {
            config["use_sliding_window"] = false;
        }

        return config;
    }

    private static DType TypeOf(WeightType type) => type switch { WeightType.Bf16 => DType.BF16, WeightType.F16 => DType.F16, _ => DType.F32 };
}
