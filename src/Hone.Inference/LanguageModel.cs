using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Core.Errors;
using Hone.Models;
using Hone.Models.Checkpoints;
using Hone.Processors.Tokenizers;

namespace Hone.Inference;

/// <summary>Everything that generating with a checkpoint takes: the model, its tokenizer and its settings.</summary>
public sealed class LanguageModel : IDisposable
{
    private readonly TensorSource _source;

    private LanguageModel(TensorSource source, CausalLm model, Tokenizer tokenizer, GenerationDefaults defaults, string location)
    {
        _source = source;
        Model = model;
        Tokenizer = tokenizer;
        Defaults = defaults;
        Location = location;
    }

    /// <summary>The model.</summary>
    public CausalLm Model { get; }

    /// <summary>Its tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>End tokens and recommended sampling.</summary>
    public GenerationDefaults Defaults { get; }

    /// <summary>Where it was loaded from.</summary>
    public string Location { get; }

    /// <summary>Loads a checkpoint.</summary>
    /// <param name="path">A folder in the layout of Hugging Face.</param>
    /// <param name="options">How weights are held.</param>
    /// <exception cref="HoneException">Something is missing, malformed or not supported; the file is named.</exception>
    public static LanguageModel Load(string path, LoadOptions? options = null)
    {
        JsonObject config = ReadJson(Path.Combine(path, "config.json"));
        string generationPath = Path.Combine(path, "generation_config.json");
        JsonObject? generation = File.Exists(generationPath) ? ReadJson(generationPath) : null;
        SafetensorsCheckpoint source = SafetensorsCheckpoint.Open(path);
        try
        {
            CausalLm model = CausalLm.Load(source, config, options);
            return new LanguageModel(source, model, TokenizerLoader.Load(path), GenerationDefaults.Read(generation, config, path), path);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        _source.Dispose();
    }

    private static JsonObject ReadJson(string path)
    {
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
