using Hone.Core.Errors;
using Hone.Models;
using Hone.Models.Checkpoints;
using Hone.Processors.ChatTemplates;
using Hone.Processors.Tokenizers;

namespace Hone.Inference;

/// <summary>Everything that generating with a checkpoint takes: the model, its tokenizer, its chat template and its settings.</summary>
public sealed class LanguageModel : IDisposable
{
    private readonly TensorSource _tensors;
    private readonly Lazy<ChatTemplate>? _toolTemplate;

    private LanguageModel(TensorSource tensors, CausalLm model, Tokenizer tokenizer, ChatTemplateSet? templates, GenerationDefaults defaults)
    {
        _tensors = tensors;
        Model = model;
        Tokenizer = tokenizer;
        Template = templates?.Select();
        _toolTemplate = templates is null ? null : new Lazy<ChatTemplate>(() => templates.Select(hasTools: true));
        Defaults = defaults;
    }

    /// <summary>The model.</summary>
    public CausalLm Model { get; }

    /// <summary>Its tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Its chat template for conversations without tools; <see langword="null"/> for a model that was not trained on conversations.</summary>
    public ChatTemplate? Template { get; }

    /// <summary>End tokens and recommended sampling.</summary>
    public GenerationDefaults Defaults { get; }

    /// <summary>Where it was loaded from.</summary>
    public string Location => Model.Tensors.Location;

    /// <summary>Loads a checkpoint with all that belongs to it.</summary>
    /// <param name="path">A folder in the layout of Hugging Face, whose weights may be a GGUF file; or a GGUF file, which brings its own tokenizer and template.</param>
    /// <param name="options">How weights are held; for inference in their stored type when not given.</param>
    /// <exception cref="HoneException">Something is missing, malformed or not supported; the file is named.</exception>
    public static LanguageModel Load(string path, LoadOptions? options = null)
    {
        TensorSource tensors = Checkpoint.Open(path);
        CausalLm? model = null;
        try
        {
            ModelFiles files = ModelFiles.Find(path, tensors);
            Task<(Tokenizer Tokenizer, ChatTemplateSet? Templates)> text = Task.Run(() => LoadText(files)); // needs nothing of the weights, and takes as long as they do
            try
            {
                model = CausalLm.Load(tensors, options);
            }
            finally
            {
                Task.WaitAny(text); // it reads the checkpoint, which a failure closes
            }

            (Tokenizer tokenizer, ChatTemplateSet? templates) = text.GetAwaiter().GetResult();
            return new LanguageModel(tensors, model, tokenizer, templates, files.LoadDefaults(model.Config.Json));
        }
        catch
        {
            model?.Dispose();
            tensors.Dispose();
            throw;
        }
    }

    /// <summary>Turns a conversation into the tokens of a prompt that the model answers.</summary>
    /// <param name="conversation">The messages; whether they are to be answered or continued is its own to say.</param>
    /// <exception cref="HoneException">The model has no chat template, or the template refuses the messages.</exception>
    public int[] Encode(Conversation conversation)
    {
        ChatTemplate template = (conversation.Tools is null ? Template : _toolTemplate?.Value) ?? throw new HoneException("This model has no chat template.", Location, "a conversation was given", "give prompts instead of messages, or use an instruct version of the model");
        return Tokenizer.EncodeIds(template.Render(conversation).Text, addSpecialTokens: false); // a template writes them itself
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        _tensors.Dispose();
    }

    private static (Tokenizer Tokenizer, ChatTemplateSet? Templates) LoadText(ModelFiles files)
    {
        Tokenizer tokenizer = files.LoadTokenizer();
        return (tokenizer, files.LoadTemplates(tokenizer));
    }
}
