using Hone.Core.Random;
using Hone.Models.Families;
using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Adapters;

/// <summary>Makes an adapter for a model: new, or from a file whose tensors are compared with the model's layers.</summary>
internal sealed class LoraBuilder
{
    private readonly LoraConfig _config;
    private readonly string _location;
    private readonly LoraTargets _targets;
    private readonly Dictionary<string, Module> _modules;
    private readonly HashSet<string> _heads;

    public LoraBuilder(Module model, LoraConfig config, string location)
    {
        _config = config;
        _location = location;
        _targets = new LoraTargets(config, location);
        _modules = model.Modules().Where(module => module.Path.Length > 0).DistinctBy(module => module.Path).ToDictionary(module => module.Path, StringComparer.Ordinal);
        _heads = HeadsOf(model);
    }

    public LoraAdapter Create(RandomStream random)
    {
        var linears = new Dictionary<Linear, LoraLinear>();
        var embeddings = new Dictionary<Embedding, LoraEmbedding>();
        var saved = new List<SavedModule>();
        using var scope = TensorScope.Begin("create adapter");
        foreach ((string path, Module module) in Targets())
        {
            int rank = _targets.RankOf(path);
            if (module is Linear linear)
            {
                Tensor? magnitude = _config.UseDora ? RowLengths(linear) : null;
                linears.Add(linear, new LoraLinear(
                    new Parameter(Uniform(random.CreateChild(path), rank, linear.InFeatures), NameOf(path, "lora_A.weight")),
                    new Parameter(Tensor.Zeros(DType.F32, linear.OutFeatures, rank), NameOf(path, "lora_B.weight")),
                    _targets.ScaleOf(path),
                    _config.LoraDropout,
                    magnitude is null ? null : new Parameter(magnitude, NameOf(path, "lora_magnitude_vector"))));
            }
            else if (module is Embedding embedding)
            {
                // PEFT begins an embedding's A with zeros and its B with normal numbers.
                var normal = new float[embedding.Width * rank];
                random.CreateChild(path).FillNormal(normal);
                embeddings.Add(embedding, new LoraEmbedding(
                    new Parameter(Tensor.Zeros(DType.F32, rank, embedding.Count), NameOf(path, "lora_embedding_A")),
                    new Parameter(Tensor.From(normal, embedding.Width, rank), NameOf(path, "lora_embedding_B")),
                    _targets.ScaleOf(path)));
            }
        }

        if (linears.Count + embeddings.Count == 0)
        {
            throw new ModelConfigException(
                "No layer of the model fits the adapter's targets.", _location, $"target_modules: {string.Join(", ", _config.TargetModules)}",
                $"Name layers that the model has: {string.Join(", ", _modules.Values.OfType<Linear>().Select(layer => layer.Path.Split('.')[^1]).Distinct().Take(8))}.");
        }

        foreach ((string path, Module module) in _modules)
        {
            bool isUpdated = module is Linear linear && linears.ContainsKey(linear);
            bool trainsBias = _config.Bias == "all" || (_config.Bias == "lora_only" && isUpdated);
            IEnumerable<Parameter> own = _targets.IsSaved(path) ? Dense(module) : trainsBias ? module.OwnParameters.Where(parameter => parameter.Name.EndsWith(".bias", StringComparison.Ordinal)) : [];
            Dictionary<string, Tensor> values = own.ToDictionary(parameter => parameter.Name[(parameter.Name.LastIndexOf('.') + 1)..], Tensor (parameter) => parameter);
            if (values.Count > 0)
            {
                saved.Add(new SavedModule(module, values, isTrained: true, NameOf(path, isUpdated ? "base_layer." : string.Empty)));
            }
        }

        return new LoraAdapter(_config, linears, embeddings, saved);
    }

    public LoraAdapter Read(AdapterFile file)
    {
        var problems = new AdapterProblems(file);
        var linears = new Dictionary<Linear, LoraLinear>();
        var embeddings = new Dictionary<Embedding, LoraEmbedding>();
        var saved = new List<SavedModule>();
        var types = new Dictionary<string, DType>(StringComparer.Ordinal);
        using var scope = TensorScope.Begin("read adapter");
        var found = new HashSet<Module>();
        foreach ((string path, Dictionary<string, string> parts) in file.Parts)
        {
            if (Find(path) is not { } module)
            {
                problems.Unknown(path);
                continue;
            }

            found.Add(module);
            foreach (string key in parts.Values)
            {
                types[key] = file.Tensors.Entries[key].DType ?? DType.F32;
            }

            int rank = _targets.RankOf(module.Path);
            bool isTrained = module is Linear { TrainsAdapters: true } or Embedding { TrainsAdapters: true };
            Parameter? Take(string part, params ReadOnlySpan<int> shape) =>
                problems.Check(parts, part, new Shape(shape)) is { } key ? new Parameter(Owned(file.Tensors.Load(key)), key, isTrained) : null;
            if (module is Linear linear && parts.Keys.Any(part => part is "lora_A" or "lora_B"))
            {
                Parameter? a = Take("lora_A", rank, linear.InFeatures), b = Take("lora_B", linear.OutFeatures, rank);
                Parameter? magnitude = _config.UseDora ? Take("lora_magnitude_vector", linear.OutFeatures) : null;
                if (a is not null && b is not null && (magnitude is not null || !_config.UseDora))
                {
                    linears.Add(linear, new LoraLinear(a, b, _targets.ScaleOf(module.Path), _config.LoraDropout, magnitude));
                }
            }
            else if (module is Embedding embedding && parts.Keys.Any(part => part.StartsWith("lora_embedding", StringComparison.Ordinal)))
            {
                Parameter? a = Take("lora_embedding_A", rank, embedding.Count), b = Take("lora_embedding_B", embedding.Width, rank);
                if (a is not null && b is not null)
                {
                    embeddings.Add(embedding, new LoraEmbedding(a, b, _targets.ScaleOf(module.Path)));
                }
            }

            AddWhole(file, module, parts, problems, saved);
        }

        foreach ((string path, Module module) in Targets().Where(target => !found.Contains(target.Module)))
        {
            problems.Missing(path);
        }

        problems.Throw();
        return new LoraAdapter(_config, linears, embeddings, saved, types);
    }

    private static string NameOf(string path, string part) => $"{AdapterFile.Prefix}{path}.{part}";

    private static Tensor Uniform(RandomStream random, int rank, int columns)
    {
        // PyTorch's kaiming_uniform with a = √5: uniform within ±1/√columns.
        var values = new float[rank * columns];
        random.FillUniform(values);
        float bound = 1 / MathF.Sqrt(columns);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = ((2 * values[i]) - 1) * bound;
        }

        return Tensor.From(values, rank, columns);
    }

    private static Tensor RowLengths(Linear layer) => Ops.Sqrt(Ops.Sum(Ops.Square(layer.ReadWeight()), keepDimensions: false, -1));

    private static HashSet<string> HeadsOf(Module model) => model switch
    {
        CausalLm lm => [lm.Head.Path],
        SequenceClassifier classifier => [.. classifier.Head.Modules().OfType<Linear>().Select(layer => layer.Path)],
        _ => [],
    };

    private static IEnumerable<Parameter> Dense(Module module) => module switch
    {
        Linear { Weight: null } linear => new[] { new Parameter(linear.ReadWeightAsStored(), $"{linear.Path}.weight", requiresGrad: false), linear.Bias }.OfType<Parameter>(),
        Embedding { Table: null } embedding => [new Parameter(embedding.ReadTable(), $"{embedding.Path}.weight", requiresGrad: false)],
        _ => module.OwnParameters,
    };

    private static void AddWhole(AdapterFile file, Module module, Dictionary<string, string> parts, AdapterProblems problems, List<SavedModule> saved)
    {
        foreach (string prefix in (string[])["", "base_layer."])
        {
            var values = new Dictionary<string, Tensor>(StringComparer.Ordinal);
            foreach (string part in (string[])["weight", "bias"])
            {
                if (parts.TryGetValue(prefix + part, out string? key) && problems.Fits(key, ShapeOf(module, part)))
                {
                    values.Add(part, Ops.Cast(file.Tensors.Load(key), DType.F32));
                }
            }

            if (values.Count > 0)
            {
                string name = parts[prefix + values.Keys.First()];
                bool isTrained = prefix.Length == 0 || values.ContainsKey("bias"); // a base layer's weight is only kept beside its update
                saved.Add(new SavedModule(module, values, isTrained, name[..^values.Keys.First().Length]));
            }
        }
    }

    /// <summary>An f32 copy: training writes to it, and the file is closed.</summary>
    private static Tensor Owned(Tensor stored)
    {
        Tensor copy = Tensor.Zeros(DType.F32, stored.Shape);
        copy.CopyFrom(stored);
        return copy;
    }

    private static Shape? ShapeOf(Module module, string part) => (module, part) switch
    {
        (Linear linear, "weight") => linear.IsTransposed ? new Shape(linear.InFeatures, linear.OutFeatures) : new Shape(linear.OutFeatures, linear.InFeatures),
        (Linear { Bias: not null } linear, "bias") => new Shape(linear.OutFeatures),
        (Embedding embedding, "weight") => new Shape(embedding.Count, embedding.Width),
        (RmsNorm norm, "weight") => norm.Weight.Shape,
        (LayerNorm norm, "weight") => norm.Weight.Shape,
        (LayerNorm { Bias: { } bias }, "bias") => bias.Shape,
        _ => null,
    };

    /// <summary>The module of a path, also when the checkpoint has a prefix that the adapter's model had not, or the other way round.</summary>
    private Module? Find(string path)
    {
        if (_modules.TryGetValue(path, out Module? module))
        {
            return module;
        }

        string[] near = [.. _modules.Keys.Where(key => key.EndsWith("." + path, StringComparison.Ordinal) || path.EndsWith("." + key, StringComparison.Ordinal))];
        return near is [string only] ? _modules[only] : null;
    }

    private IEnumerable<(string Path, Module Module)> Targets() =>
        _modules.Where(pair => pair.Value is Linear or Embedding && _targets.Fits(pair.Key, _heads.Contains(pair.Key), pair.Value is Linear)).Select(pair => (pair.Key, pair.Value));
}
