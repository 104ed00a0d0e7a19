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
    /// <param name="tokenizer">The model's tokenizer, for the special tokens that a GGUF file names by id.</param>
    /// <exception cref="HoneException">It cannot be read or is no template.</exception>
    public ChatTemplate? LoadTemplate(Tokenizer tokenizer) => (ChatTemplateSet.Find(_folder) ?? ModelChat.FindStored(_tensors, tokenizer))?.Select();

    /// <summary>End tokens and recommended sampling.</summary>
    /// <param name="config">The model's settings.</param>
    public GenerationDefaults LoadDefaults(JsonObject config) => GenerationDefaults.Read(ReadJson("generation_config.json"), config, _folder);

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
