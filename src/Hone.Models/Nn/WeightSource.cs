using Hone.Core.Errors;
using Hone.Core.Recipes;
using Hone.Models.Checkpoints;
using Hone.Tensors;

namespace Hone.Models.Nn;

/// <summary>A place in a checkpoint: modules read their weights below it, by the names that the checkpoint gives them.</summary>
/// <remarks>
/// While a model is built nothing large is read: every weight that is asked for is looked up and its shape compared. <see cref="Complete"/> then
/// reports all differences in one error, or reads and packs the weights.
/// </remarks>
public sealed class WeightSource
{
    private const int MaxProblems = 1000; // a config with absurd sizes must not fill memory with complaints

    private readonly Ledger _ledger;

    private WeightSource(Ledger ledger, string path)
    {
        _ledger = ledger;
        Path = path;
    }

    /// <summary>Path of this place, which is the beginning of the keys below it; empty at the root.</summary>
    public string Path { get; }

    /// <summary>How weights are held.</summary>
    public LoadOptions Options => _ledger.Options;

    /// <summary>What the user should know about tensors that were left aside.</summary>
    public IReadOnlyList<string> Notices => _ledger.Notices;

    /// <summary>The root of a checkpoint.</summary>
    /// <param name="tensors">Must stay open as long as the model, which may read from it again.</param>
    /// <param name="options">How weights are held.</param>
    /// <exception cref="HoneException">The options ask for weights that cannot be trained.</exception>
    public static WeightSource Open(TensorSource tensors, LoadOptions options) => options is { Use: ModelUse.FullTraining, Weights: WeightType.Nf4 }
        ? throw new HoneException(
            "Weights in nf4 cannot be trained themselves.", tensors.Location, "dtype: nf4 and no adapter", "add adapter: { type: lora } to train on top of them, or remove dtype: nf4")
        : new(new Ledger(tensors, options), string.Empty);

    /// <summary>The place below this one.</summary>
    /// <param name="name">One or more steps, e.g. <c>self_attn</c> or <c>layers.3</c>.</param>
    public WeightSource At(string name) => new(_ledger, Join(name));

    /// <summary>The place of a base model that may be stored alone or below a prefix, as in checkpoints saved with a head on top.</summary>
    /// <param name="prefix">E.g. <c>bert</c>.</param>
    public WeightSource AtBase(string prefix) => HasAny(prefix) ? At(prefix) : this;

    /// <summary>Whether the checkpoint has a tensor of that name here.</summary>
    public bool Has(string name) => _ledger.Tensors.Entries.ContainsKey(Join(name));

    /// <summary>Whether the checkpoint has any tensor below that name here.</summary>
    public bool HasAny(string name)
    {
        string beginning = Join(name) + ".";
        return _ledger.Tensors.Entries.Keys.Any(key => key.StartsWith(beginning, StringComparison.Ordinal));
    }

    /// <summary>A small dense weight, such as that of a norm: f32, trainable only in full training.</summary>
    /// <param name="name">Last part of its key.</param>
    /// <param name="shape">Shape it must have.</param>
    public Parameter Vector(string name, params ReadOnlySpan<int> shape)
    {
        StoredWeight stored = Weight(name, shape);
        Tensor value = stored.IsPresent && _ledger.Problems.Count == 0 ? stored.ReadOwned(DType.F32) : Tensor.Zeros(DType.F32, 0);
        return new Parameter(value, stored.Name, Options.Use == ModelUse.FullTraining);
    }

    /// <summary>Reads everything, or says everything that is wrong.</summary>
    /// <param name="isIgnorable">Whether a key that no module asked for holds nothing the model needs: buffers, heads of other tasks.</param>
    /// <exception cref="WeightMismatchException">Keys are missing, mis-shaped or unexpected.</exception>
    public void Complete(Func<string, bool> isIgnorable)
    {
        List<string> unused = [.. _ledger.Tensors.Entries.Keys.Where(key => !_ledger.Used.Contains(key)).Order(StringComparer.Ordinal)];
        _ledger.Problems.Throw(_ledger.Tensors.Location, [.. unused.Where(key => !isIgnorable(key))]);
        if (unused.Count > 0)
        {
            _ledger.Notices.Add($"{unused.Count} tensors of the checkpoint are not part of this model: {string.Join(", ", unused.Take(3))}{(unused.Count > 3 ? ", …" : string.Empty)}");
        }

        foreach (Action action in Options.IsDeclaration ? [] : _ledger.Deferred)
        {
            action();
        }

        _ledger.Deferred.Clear();
    }

    /// <summary>Looks up a weight that is read later.</summary>
    internal StoredWeight Weight(string name, params ReadOnlySpan<int> shape)
    {
        string key = Join(name);
        var wanted = new Shape(shape);
        _ledger.Used.Add(key);
        if (!_ledger.Tensors.Entries.TryGetValue(key, out TensorEntry? entry))
        {
            _ledger.Problems.Missing(key);
        }
        else if (entry.Shape != wanted || (entry.Format is null && entry.DType is not { IsFloatingPoint: true }))
        {
            _ledger.Problems.Misshaped(key, wanted, $"{entry.StoredType} {entry.Shape}");
            entry = null;
        }

        if (_ledger.Problems.Count > MaxProblems)
        {
            _ledger.Problems.Throw(_ledger.Tensors.Location, []);
        }

        return new StoredWeight(_ledger.Tensors, key, entry);
    }

    /// <summary>Takes a key as another name of a weight, without reading it.</summary>
    internal void Alias(string name, string key)
    {
        _ledger.Used.Add(Join(name));
        _ledger.Aliases[Join(name)] = key;
    }

    /// <summary>The weight that a key of the checkpoint stands for: itself, or the one it shares its values with.</summary>
    internal string AliasOf(string key) => _ledger.Aliases.GetValueOrDefault(key, key);

    /// <summary>Does something once it is known that everything is there.</summary>
    internal void Defer(Action action) => _ledger.Deferred.Add(action);

    /// <summary>Whether a weight stays in the blocks that it is stored in.</summary>
    internal bool KeepsBlocks(StoredWeight stored) => stored.IsPresent && stored.Format is not null && Options is { Weights: WeightType.Auto or WeightType.Nf4, Use: not ModelUse.FullTraining };

    /// <summary>Type that a dense weight is held in; a stored f64 becomes f32.</summary>
    internal DType HeldAs(DType stored) => Options.Use == ModelUse.FullTraining ? DType.F32 : Options.Weights switch
    {
        WeightType.F32 => DType.F32,
        WeightType.Bf16 => DType.BF16,
        WeightType.F16 => DType.F16,
        _ => stored == DType.F64 ? DType.F32 : stored,
    };

    private string Join(string name) => Path.Length == 0 ? name : name.Length == 0 ? Path : $"{Path}.{name}";

    private sealed class Ledger(TensorSource tensors, LoadOptions options)
    {
        public TensorSource Tensors { get; } = tensors;

        public LoadOptions Options { get; } = options;

        public HashSet<string> Used { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, string> Aliases { get; } = new(StringComparer.Ordinal);

        public WeightProblems Problems { get; } = new();

        public List<Action> Deferred { get; } = [];

        public List<string> Notices { get; } = [];
    }
}
