using Hone.Models.Nn;
using Hone.Tensors;

namespace Hone.Models.Adapters;

/// <summary>A module that an adapter trains or stores whole: its values while the adapter is off, and the way to put them in and out.</summary>
internal sealed class SavedModule : IDisposable
{
    private readonly Dictionary<string, Parameter> _values = new(StringComparer.Ordinal); // by the last part of the name: weight, bias
    private readonly Dictionary<string, Parameter> _originals = new(StringComparer.Ordinal);
    private readonly string _prefix;
    private bool _isApplied;

    /// <summary>Remembers what to put into a module.</summary>
    /// <param name="module">The module.</param>
    /// <param name="values">Values by <c>weight</c> and <c>bias</c>, copied; only these are changed and saved.</param>
    /// <param name="isTrained">Whether training changes them; else they are only kept (the base's copy beside an update).</param>
    /// <param name="prefix">What stands before <c>weight</c> and <c>bias</c> in the adapter's file.</param>
    public SavedModule(Module module, IReadOnlyDictionary<string, Tensor> values, bool isTrained, string prefix)
    {
        Module = module;
        IsTrained = isTrained;
        _prefix = prefix;
        foreach ((string part, Tensor value) in values)
        {
            _values.Add(part, Copy(value, prefix + part));
        }
    }

    public Module Module { get; }

    /// <summary>Values by <c>weight</c> and <c>bias</c>.</summary>
    public IReadOnlyDictionary<string, Parameter> Values => _values;

    public bool IsTrained { get; }

    public void Apply()
    {
        if (!IsTrained && IsWhatTheModelHas())
        {
            return; // the usual copy of the base beside an update: nothing to put in
        }

        switch (Module)
        {
            case Linear linear:
                linear.Replace(_values.GetValueOrDefault("weight"), _values.GetValueOrDefault("bias"));
                Freeze(linear.Weight, "weight");
                Freeze(linear.Bias, "bias");
                break;
            case Embedding embedding:
                embedding.Replace(_values.GetValueOrDefault("weight"));
                Freeze(embedding.Table, "weight");
                break;
            default:
                foreach (Parameter parameter in Own())
                {
                    _originals[PartOf(parameter)] = Copy(parameter, parameter.Name);
                    parameter.CopyFrom(_values[PartOf(parameter)]);
                    parameter.IsTrainable = IsTrained;
                }

                break;
        }

        _isApplied = true;
    }

    public void Restore()
    {
        if (!_isApplied)
        {
            return;
        }

        Keep();
        switch (Module)
        {
            case Linear linear:
                linear.Restore();
                break;
            case Embedding embedding:
                embedding.Restore();
                break;
            default:
                foreach (Parameter parameter in Own())
                {
                    parameter.CopyFrom(_originals[PartOf(parameter)]);
                    parameter.IsTrainable = false;
                }

                break;
        }

        _isApplied = false;
    }

    public IEnumerable<(string Name, Tensor Value)> NamedTensors()
    {
        Keep();
        return _values.Select(pair => (_prefix + pair.Key, pair.Value.Detach()));
    }

    public void Dispose()
    {
        foreach (Parameter value in _values.Values.Concat(_originals.Values))
        {
            value.Dispose();
        }
    }

    private bool IsWhatTheModelHas()
    {
        using Tensor? present = (Module as Linear)?.ReadWeightAsStored() ?? (Module as Embedding)?.ReadTable();
        return present is not null && _values.Count == 1 && _values.TryGetValue("weight", out Parameter? value)
            && present.Shape == value.Shape && present.Read<float>().SequenceEqual(value.Read<float>());
    }

    private static Parameter Copy(Tensor value, string name)
    {
        Tensor copy = Tensor.Zeros(DType.F32, value.Shape);
        copy.CopyFrom(value);
        return new Parameter(copy, name, requiresGrad: false);
    }

    private static string PartOf(Parameter parameter) => parameter.Name[(parameter.Name.LastIndexOf('.') + 1)..];

    private IEnumerable<Parameter> Own() => Module.OwnParameters.Where(parameter => _values.ContainsKey(PartOf(parameter)));

    /// <summary>What this adapter does not train stays as it was.</summary>
    private void Freeze(Parameter? parameter, string part)
    {
        if (parameter is not null && (!IsTrained || !_values.ContainsKey(part)))
        {
            parameter.IsTrainable = false;
        }
    }

    /// <summary>Takes over what training made of the values.</summary>
    private void Keep()
    {
        if (_isApplied && IsTrained)
        {
            foreach (Parameter parameter in Own())
            {
                _values[PartOf(parameter)].CopyFrom(parameter);
            }
        }
    }
}
