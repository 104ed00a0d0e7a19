using System.Text.Json.Nodes;
using Hone.Core.Runs;
using Hone.Models.Checkpoints;
using Hone.Models.Families;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>A model that was read from a checkpoint, and can be written as one.</summary>
/// <remarks>The checkpoint stays open: frozen embeddings are views of its files, and weights may be read again.</remarks>
public abstract class PretrainedModel : Module
{
    private readonly WeightSource _weights;
    private readonly bool _ownsTensors;

    /// <summary>Begins a model; derived classes add their parts and then call <see cref="Complete"/>.</summary>
    /// <param name="tensors">The checkpoint.</param>
    /// <param name="config">Its settings.</param>
    /// <param name="options">How weights are held.</param>
    /// <param name="ownsTensors">Whether the checkpoint is closed with the model.</param>
    private protected PretrainedModel(TensorSource tensors, ModelConfig config, LoadOptions? options, bool ownsTensors)
    {
        Tensors = tensors;
        Settings = config;
        _ownsTensors = ownsTensors;
        _weights = WeightSource.Open(tensors, options ?? new LoadOptions());
    }

    /// <summary>The checkpoint.</summary>
    public TensorSource Tensors { get; }

    /// <summary>How weights are held.</summary>
    public LoadOptions Options => _weights.Options;

    /// <summary>What the user should know about the checkpoint, such as tensors that were left aside.</summary>
    public IReadOnlyList<string> Notices => _weights.Notices;

    /// <summary>The settings, whatever the kind of model.</summary>
    private protected ModelConfig Settings { get; }

    /// <summary>Root of the checkpoint's names.</summary>
    private protected WeightSource Weights => _weights;

    /// <summary>Reads a model of whatever kind its config.json says: classifier, language model or encoder.</summary>
    /// <inheritdoc cref="CausalLm.Load(string, LoadOptions?)"/>
    public static PretrainedModel Load(string path, LoadOptions? options = null) => Build(path, (tensors, config) => Create(tensors, config, options, ownsTensors: true));

    /// <summary>Writes the model as safetensors with the names it was read under, its config.json, and the small files beside it (tokenizer, template, …).</summary>
    /// <remarks>A model saved as it was loaded gives the bytes it was loaded from, when those lie in one file.</remarks>
    /// <param name="files">The file operations to use.</param>
    /// <param name="folder">Made when it does not exist.</param>
    /// <param name="dtype">Type of the weights; when not given that of the checkpoint, and bf16 for weights that were blocks.</param>
    /// <exception cref="InvalidOperationException">The weights are packed (load the model with <see cref="ModelUse.FullTraining"/>), or an adapter is attached.</exception>
    /// <exception cref="RunFolderException">A file cannot be written.</exception>
    public void Save(IFileSystem files, string folder, DType? dtype = null)
    {
        if (Options.Use != ModelUse.FullTraining)
        {
            throw new InvalidOperationException("Only a model that was loaded with ModelUse.FullTraining holds its weights in a form that can be saved.");
        }

        if (Modules().Any(module => module is Linear { Adapter: not null } or Embedding { Adapter: not null }))
        {
            throw new InvalidOperationException("An adapter is attached: save that, or merge it.");
        }

        Dictionary<string, Parameter> parameters = Parameters().ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
        var contents = new List<TensorContent>();
        foreach (TensorEntry entry in Tensors.Entries.Values)
        {
            contents.Add(parameters.TryGetValue(_weights.AliasOf(entry.Name), out Parameter? parameter)
                ? ContentOf(entry.Name, parameter, dtype ?? entry.DType ?? DType.BF16)
                : TensorContent.From(Tensors, entry.Name));
        }

        ModelFolder.Write(files, folder, contents, Tensors, Settings.Json, dtype);
    }

    /// <summary>Opens the checkpoint that a path stands for, with its settings.</summary>
    /// <exception cref="CheckpointFormatException">There is no checkpoint, it is damaged, or it has no config.json.</exception>
    private protected static (TensorSource Tensors, JsonObject Config) Open(string path)
    {
        TensorSource tensors = Checkpoint.Open(path);
        try
        {
            return (tensors, ModelFolder.RequireConfig(tensors));
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <summary>The model's parts compared with its checkpoint, for work on the weights one by one.</summary>
    internal static PretrainedModel Declare(TensorSource tensors, JsonObject config) => Create(tensors, config, new LoadOptions { IsDeclaration = true }, ownsTensors: false);

    /// <summary>Builds a model and closes the checkpoint when that fails.</summary>
    private protected static T Build<T>(string path, Func<TensorSource, JsonObject, T> build)
    {
        (TensorSource tensors, JsonObject config) = Open(path);
        try
        {
            return build(tensors, config);
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <summary>Reads all weights, or says everything that is wrong.</summary>
    private protected void Complete(Func<string, bool> isIgnorable) => _weights.Complete(isIgnorable);

    /// <inheritdoc/>
    protected override void Dispose(bool isDisposing)
    {
        base.Dispose(isDisposing);
        if (_ownsTensors)
        {
            Tensors.Dispose();
        }
    }

    private static PretrainedModel Create(TensorSource tensors, JsonObject json, LoadOptions? options, bool ownsTensors)
    {
        ModelConfig config = ModelFamilies.Read<ModelConfig>(json, tensors.Location);
        bool classifies = json["architectures"] is JsonArray { Count: > 0 } names && names[0]?.ToString().EndsWith("ForSequenceClassification", StringComparison.Ordinal) == true;
        return classifies ? new SequenceClassifier(tensors, config, options, ownsTensors)
            : config is EncoderConfig encoder ? new Encoder(tensors, encoder, options, ownsTensors)
            : new CausalLm(tensors, (DecoderConfig)config, options, ownsTensors); // every config is that of an encoder or a decoder
    }

    private static TensorContent ContentOf(string name, Parameter parameter, DType dtype) =>
        new(name, parameter.Shape, dtype, null, () => [Ops.Cast(parameter.Detach(), dtype).Detach()]);
}
