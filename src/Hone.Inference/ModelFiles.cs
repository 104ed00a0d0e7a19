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
    private static readonly string[] TokenizerNames = ["tokenizer.json", "tokenizer.model", "spiece.model", "vocab.json", "vocab.txt"];

    private readonly string? _folder; // none for a GGUF file given by its own name: what lies beside it may belong to another model
    private readonly TensorSource _tensors;

    private ModelFiles(string? folder, TensorSource tensors)
    {
        _folder = folder;
        _tensors = tensors;
    }

    /// <summary>Finds the files of a checkpoint.</summary>
    public static ModelFiles Find(string path, TensorSource tensors) => new(
        Directory.Exists(path) ? path : tensors is GgufCheckpoint ? null : Path.GetDirectoryName(Path.GetFullPath(path)), tensors);

    /// <summary>The tokenizer.</summary>
    /// <exception cref="HoneException">There is none, or it cannot be read.</exception>
    public Tokenizer LoadTokenizer() => _tensors is GgufCheckpoint { Metadata: var metadata } && (_folder is null || !HoldsTokenizer(_folder))
        ? TokenizerLoader.FromVocabulary(GgufVocabularies.Read(metadata))
        : TokenizerLoader.Load(_folder ?? _tensors.Location);

    /// <summary>The chat templates; <see langword="null"/> when there are none.</summary>
    /// <param name="tokenizer">The model's tokenizer, for the special tokens that a GGUF file names by id.</param>
    /// <exception cref="HoneException">They cannot be read.</exception>
    public ChatTemplateSet? LoadTemplates(Tokenizer tokenizer) => (_folder is null ? null : ChatTemplateSet.Find(_folder)) ?? ModelChat.FindStored(_tensors, tokenizer);

    /// <summary>End tokens and recommended sampling.</summary>
    /// <param name="config">The model's settings.</param>
    public GenerationDefaults LoadDefaults(JsonObject config) =>
        GenerationDefaults.Read(_folder is null ? null : ReadJson(Path.Combine(_folder, "generation_config.json")), config, _folder ?? _tensors.Location);

    private static bool HoldsTokenizer(string folder) => TokenizerNames.Any(name => File.Exists(Path.Combine(folder, name)));

    private static JsonObject? ReadJson(string path)
    {
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
