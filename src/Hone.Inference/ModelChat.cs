using Hone.Core.Errors;
using Hone.Models.Checkpoints;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;

namespace Hone.Inference;

/// <summary>Finds the tokenizer and the chat template of a model without loading its weights.</summary>
public static class ModelChat
{
    private const string GgufKey = "tokenizer.chat_template";

    /// <summary>Loads the tokenizer and one chat template.</summary>
    /// <param name="path">A model's folder, or a GGUF file.</param>
    /// <param name="template">Name of the template; null for the one that suits the conversation.</param>
    /// <param name="hasTools">Whether the conversation has tools.</param>
    /// <exception cref="HoneException">One of them is missing or malformed.</exception>
    public static ChatTokenizer Load(string path, string? template = null, bool hasTools = false)
    {
        if (Directory.Exists(path) && ChatTemplateSet.Find(path) is { } set)
        {
            return new ChatTokenizer(set.Select(template, hasTools), TokenizerLoader.Load(path));
        }

        using TensorSource tensors = Checkpoint.Open(path);
        Tokenizer tokenizer = ModelFiles.Find(path, tensors).LoadTokenizer();
        ChatTemplateSet stored = FindStored(tensors, tokenizer)
            ?? throw new HoneException("This model has no chat template.", path, "neither beside its weights nor in their metadata", "use an instruct version of the model, or put the template of its family into chat_template.jinja");
        return new ChatTokenizer(stored.Select(template, hasTools), tokenizer);
    }

    /// <summary>Loads the tokenizer, and the chat template where there is one.</summary>
    /// <param name="path">A model's folder, or a GGUF file.</param>
    /// <param name="tensors">The checkpoint at that path, open.</param>
    /// <exception cref="HoneException">One of them is malformed, or there is no tokenizer.</exception>
    public static (Tokenizer Tokenizer, ChatTokenizer? Chat) LoadText(string path, TensorSource tensors)
    {
        ModelFiles files = ModelFiles.Find(path, tensors);
        Tokenizer tokenizer = files.LoadTokenizer();
        return (tokenizer, files.LoadTemplates(tokenizer) is { } templates ? new ChatTokenizer(templates.Select(), tokenizer) : null);
    }

    /// <summary>The templates that a GGUF file carries; null if there are none.</summary>
    internal static ChatTemplateSet? FindStored(TensorSource tensors, Tokenizer tokenizer)
    {
        if (tensors is not GgufCheckpoint { Metadata: { } metadata })
        {
            return null;
        }

        var sources = new Dictionary<string, string>();
        foreach ((string name, string key) in (metadata.FindStrings(GgufKey + "s") ?? []).Select(name => (name, $"{GgufKey}.{name}")).Prepend((ChatTemplateSet.DefaultName, GgufKey)))
        {
            if (metadata.FindString(key) is { } source)
            {
                sources[name] = source;
            }
        }

        var tokens = new Dictionary<string, string>();
        foreach ((string name, string key) in (ReadOnlySpan<(string, string)>)[("bos_token", "bos"), ("eos_token", "eos"), ("unk_token", "unknown"), ("pad_token", "padding")])
        {
            if (metadata.FindInteger($"tokenizer.ggml.{key}_token_id") is { } id && tokenizer.TokenOf((int)id) is { } token)
            {
                tokens[name] = token;
            }
        }

        return sources.Count > 0 ? ChatTemplateSet.Create(sources, tokens, tensors.Location) : null;
    }
}
