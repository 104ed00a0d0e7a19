using System.Text.Json;
using Hone.Core.Random;
using Hone.Core.Runs;
using Hone.Models.Checkpoints;
using Hone.Models.Families;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Adapters;

/// <summary>A LoRA adapter on a model: the updates of its layers, and whole modules that are trained with them. Reads and writes PEFT's format.</summary>
public sealed class LoraAdapter : IDisposable
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, IndentSize = 2, NewLine = "\n" };

    private readonly Dictionary<Linear, LoraLinear> _linears;
    private readonly Dictionary<Embedding, LoraEmbedding> _embeddings;
    private readonly List<SavedModule> _saved;
    private readonly Dictionary<string, DType> _storedTypes;

    internal LoraAdapter(
        LoraConfig config, Dictionary<Linear, LoraLinear> linears, Dictionary<Embedding, LoraEmbedding> embeddings, List<SavedModule> saved, Dictionary<string, DType>? storedTypes = null)
    {
        Config = config;
        _linears = linears;
        _embeddings = embeddings;
        _saved = saved;
        _storedTypes = storedTypes ?? [];
    }

    /// <summary>The settings.</summary>
    public LoraConfig Config { get; }

    /// <summary>The update of each linear layer; an engine that serves several adapters at once applies them itself.</summary>
    public IReadOnlyDictionary<Linear, LoraLinear> Linears => _linears;

    /// <summary>The update of each embedding.</summary>
    public IReadOnlyDictionary<Embedding, LoraEmbedding> Embeddings => _embeddings;

    /// <summary>Whether modules are replaced whole (<c>modules_to_save</c>, biases): such an adapter cannot share a batch with others.</summary>
    public bool ReplacesModules => _saved.Count > 0;

    /// <summary>Modules held whole.</summary>
    internal IReadOnlyList<SavedModule> Saved => _saved;

    /// <summary>What training changes: updates, named as in the adapter's file, and while attached the modules that are trained whole.</summary>
    public IEnumerable<Parameter> Parameters() =>
        _linears.Values.SelectMany(update => new[] { update.A, update.B, update.Magnitude }).OfType<Parameter>()
            .Concat(_embeddings.Values.SelectMany(update => new[] { update.A, update.B }))
            .Concat(_saved.SelectMany(saved => saved.Module.OwnParameters).Where(parameter => parameter.IsTrainable))
            .Distinct();

    /// <summary>Makes a new adapter: A uniform in ±1/√in, B zero, so that it changes nothing yet.</summary>
    /// <param name="model">A model loaded for training adapters.</param>
    /// <param name="config">Which layers, which rank.</param>
    /// <param name="random">Where A is drawn from.</param>
    /// <exception cref="ModelConfigException">No layer of the model fits the targets.</exception>
    public static LoraAdapter Create(Module model, LoraConfig config, RandomStream random) => new LoraBuilder(model, config, LoraConfig.FileName).Create(random);

    /// <summary>Reads an adapter for a model.</summary>
    /// <param name="folder">A folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <param name="model">The model that it was trained on.</param>
    /// <exception cref="WeightMismatchException">The adapter belongs to another model; lists everything that does not fit.</exception>
    /// <exception cref="ModelConfigException">The settings are damaged or not supported.</exception>
    /// <exception cref="CheckpointFormatException">There is no adapter, or its tensors are damaged.</exception>
    public static LoraAdapter Load(string folder, Module model)
    {
        using AdapterFile file = AdapterFile.Open(folder);
        return new LoraBuilder(model, file.Config, file.Folder).Read(file);
    }

    /// <summary>Makes the model compute with the adapter, until <see cref="Detach"/>.</summary>
    /// <exception cref="InvalidOperationException">A layer has an adapter already.</exception>
    public void Attach()
    {
        if (_linears.Keys.Any(layer => layer.Adapter is not null) || _embeddings.Keys.Any(layer => layer.Adapter is not null))
        {
            throw new InvalidOperationException("A layer of the model has an adapter already; detach that one first.");
        }

        foreach ((Linear layer, LoraLinear update) in _linears)
        {
            layer.Adapter = update;
        }

        foreach ((Embedding layer, LoraEmbedding update) in _embeddings)
        {
            layer.Adapter = update;
        }

        _saved.ForEach(saved => saved.Apply());
    }

    /// <summary>Gives the model back its own computation; trained values stay in the adapter.</summary>
    public void Detach()
    {
        foreach ((Linear layer, LoraLinear update) in _linears.Where(pair => pair.Key.Adapter == pair.Value))
        {
            layer.Adapter = null;
        }

        foreach ((Embedding layer, LoraEmbedding update) in _embeddings.Where(pair => pair.Key.Adapter == pair.Value))
        {
            layer.Adapter = null;
        }

        _saved.ForEach(saved => saved.Restore());
    }

    /// <summary>Writes the adapter as PEFT does.</summary>
    /// <param name="files">The file operations to use.</param>
    /// <param name="folder">Made when it does not exist.</param>
    /// <exception cref="RunFolderException">A file cannot be written.</exception>
    public void Save(IFileSystem files, string folder)
    {
        Directory.CreateDirectory(folder);
        using var scope = TensorScope.Begin("save adapter");
        List<TensorContent> contents = [.. NamedTensors().Select(pair => TensorContent.Of(pair.Name, Ops.Cast(pair.Value, _storedTypes.GetValueOrDefault(pair.Name, DType.F32))))];
        SafetensorsWriter.WriteFile(files, Path.Combine(folder, AdapterFile.TensorsName), contents, SafetensorsWriter.DefaultMetadata);
        AtomicFile.Write(files, Path.Combine(folder, LoraConfig.FileName), JsonSerializer.SerializeToUtf8Bytes(Config.ToJson(), s_indented));
    }

    /// <summary>Frees the updates; detach first.</summary>
    public void Dispose()
    {
        foreach (IDisposable update in _linears.Values.Cast<IDisposable>().Concat(_embeddings.Values))
        {
            update.Dispose();
        }

        _saved.ForEach(saved => saved.Dispose());
    }

    private IEnumerable<(string Name, Tensor Value)> NamedTensors() =>
        _linears.Values.SelectMany(update => new[] { update.A, update.B, update.Magnitude }).OfType<Parameter>()
            .Concat(_embeddings.Values.SelectMany(update => new[] { update.A, update.B }))
            .Select(parameter => (parameter.Name, parameter.Detach()))
            .Concat(_saved.SelectMany(saved => saved.NamedTensors()));
}
