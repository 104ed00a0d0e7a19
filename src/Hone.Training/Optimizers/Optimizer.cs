using Hone.Tensors;
using Hone.Tensors.Autograd;

namespace Hone.Training.Optimizers;

/// <summary>Changes parameters along their gradients, step by step.</summary>
/// <remarks>
/// A parameter without a gradient in a step is left wholly alone: neither value, decay, state nor its count of steps move. State is made when a
/// parameter is first updated, so frozen parameters cost nothing. Results have the same bits for every thread count.
/// </remarks>
public abstract class Optimizer : IDisposable
{
    private const string StepSlot = "step";
    private const int Listed = 8;

    private readonly List<ParameterState> _states = [];

    private protected Optimizer(IReadOnlyList<ParameterGroup> groups)
    {
        Groups = groups;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (ParameterGroup group in groups)
        {
            foreach (Parameter parameter in group.Parameters)
            {
                if (!names.Add(parameter.Name))
                {
                    throw new TrainingException(
                        "Two parameters of an optimizer have one name, or one is in two groups.",
                        $"group '{group.Name}'",
                        parameter.Name,
                        "List each parameter once; shared weights are one parameter.");
                }

                if (parameter.DType != DType.F32 && parameter.DType != DType.F64)
                {
                    throw new TrainingException(
                        "Optimizers update f32 and f64 parameters.",
                        parameter.Name,
                        $"{parameter}",
                        "Load the model for training, which keeps trained weights in f32.");
                }

                _states.Add(new ParameterState(parameter, group));
            }
        }
    }

    /// <summary>The groups, in the order they were given.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>Updates every parameter that has a gradient; gradients stay.</summary>
    /// <param name="learningRate">The step's rate, the schedule in it; each group multiplies it with its scale.</param>
    /// <param name="gradientScale">Multiplies gradients as they are read: <see cref="GradientNorm.Factor"/> clips without a pass of its own.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or not finite.</exception>
    public void Step(double learningRate, double gradientScale = 1)
    {
        RequireFinite(learningRate, nameof(learningRate));
        RequireFinite(gradientScale, nameof(gradientScale));
        using GradMode off = GradMode.NoGrad();
        using var scope = TensorScope.Begin("optimizer step");
        List<ParameterState> active = _states.FindAll(state => state.Parameter.Grad is not null);
        foreach (ParameterState state in active)
        {
            if (state.Steps == 0)
            {
                state.Allocate(SlotsOf(state.Parameter));
            }

            state.Steps++;
        }

        Update(active, learningRate, (float)gradientScale);
    }

    /// <summary>Forgets the gradients of all parameters.</summary>
    public void ZeroGrad() => _states.ForEach(state => state.Parameter.ZeroGrad());

    /// <summary>Everything that the next step depends on besides parameters and settings: for each parameter its count of steps, and its tensors once it was updated.</summary>
    /// <returns>Names such as <c>model.norm.weight.exp_avg</c> and <c>….step</c> (i64); tensors are the optimizer's own and change with the next step.</returns>
    public IEnumerable<(string Name, Tensor Value)> State()
    {
        foreach (ParameterState state in _states)
        {
            yield return ($"{state.Parameter.Name}.{StepSlot}", Tensor.From([state.Steps]));
            if (state.Steps > 0)
            {
                foreach (StateSlot slot in SlotsOf(state.Parameter))
                {
                    yield return ($"{state.Parameter.Name}.{slot.Name}", state[slot.Name]);
                }
            }
        }
    }

    /// <summary>Takes over what <see cref="State"/> gave; values are copied.</summary>
    /// <exception cref="TrainingException">Names, shapes or types are not those of this optimizer and its parameters; nothing is changed then.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> values)
    {
        List<string> missing = [], misfit = [];
        var used = new HashSet<string>(StringComparer.Ordinal);
        var steps = new long[_states.Count];
        for (int i = 0; i < _states.Count; i++)
        {
            Parameter parameter = _states[i].Parameter;
            string name = $"{parameter.Name}.{StepSlot}";
            used.Add(name);
            if (!values.TryGetValue(name, out Tensor? count))
            {
                missing.Add(name);
            }
            else if (count.DType != DType.I64 || count.ElementCount != 1 || count.ToArray<long>()[0] < 0)
            {
                misfit.Add($"{name}: {count}, expected one i64 that is not negative");
            }
            else
            {
                steps[i] = count.ToArray<long>()[0];
            }

            foreach (StateSlot slot in steps[i] == 0 ? [] : SlotsOf(parameter))
            {
                name = $"{parameter.Name}.{slot.Name}";
                used.Add(name);
                if (!values.TryGetValue(name, out Tensor? value))
                {
                    missing.Add(name);
                }
                else if (value.Shape != slot.Shape || value.DType != parameter.DType)
                {
                    misfit.Add($"{name}: {value}, expected {parameter.DType.Name} {slot.Shape}");
                }
            }
        }

        RequireAll(missing, [.. values.Keys.Where(name => !used.Contains(name)).Order(StringComparer.Ordinal)], misfit);
        for (int i = 0; i < _states.Count; i++)
        {
            ParameterState state = _states[i];
            state.Steps = steps[i];
            StateSlot[] slots = steps[i] == 0 ? [] : [.. SlotsOf(state.Parameter)];
            state.Allocate(slots);
            foreach (StateSlot slot in slots)
            {
                state[slot.Name].CopyFrom(values[$"{state.Parameter.Name}.{slot.Name}"]);
            }
        }
    }

    /// <summary>Frees the state; parameters belong to the model.</summary>
    public void Dispose()
    {
        _states.ForEach(state => state.Dispose());
        GC.SuppressFinalize(this);
    }

    /// <summary>The tensors kept for a parameter.</summary>
    internal abstract IEnumerable<StateSlot> SlotsOf(Parameter parameter);

    /// <summary>Updates parameters that have gradients and state, whose count of steps includes this one.</summary>
    internal abstract void Update(IReadOnlyList<ParameterState> active, double learningRate, float gradientScale);

    private static void RequireFinite(double value, string name)
    {
        if (!double.IsFinite(value) || value < 0)
        {
            throw new ArgumentOutOfRangeException(name, value, "The number must be finite and not negative.");
        }
    }

    private static void RequireAll(List<string> missing, List<string> unexpected, List<string> misfit)
    {
        if (missing.Count + unexpected.Count + misfit.Count > 0)
        {
            throw new TrainingException(
                "The saved optimizer state is not that of this optimizer and these parameters.",
                "optimizer state",
                string.Join("; ", new[] { List("missing", missing), List("unexpected", unexpected), List("misfit", misfit) }.Where(text => text.Length > 0)),
                "Resume with the optimizer, adapter and model of the run that saved it, or start without its state.");
        }
    }

    private static string List(string label, List<string> names) =>
        names.Count == 0 ? "" : $"{names.Count} {label}: {string.Join(", ", names.Take(Listed))}{(names.Count > Listed ? ", …" : "")}";
}
