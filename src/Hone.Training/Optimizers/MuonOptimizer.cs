using Hone.Tensors;

namespace Hone.Training.Optimizers;

/// <summary>Muon on matrices, AdamW on the rest.</summary>
internal sealed class MuonOptimizer : Optimizer
{
    private const string Momentum = "momentum_buffer";
    private const int Listed = 5;

    // arXiv:2502.16982, section 2.2: updates then have AdamW's usual root mean square.
    private const double AdamWRms = 0.2;

    private readonly MuonOptions _options;
    private readonly AdamUpdate? _rest;

    public MuonOptimizer(IReadOnlyList<ParameterGroup> groups, MuonOptions options)
        : base(groups)
    {
        _options = options;
        _rest = options.Rest is { } rest ? new AdamUpdate(rest.Betas[0], rest.Betas[1], rest.Eps, HasMaximum: false, IsDecoupled: true) : null;
        string[] others = [.. groups.SelectMany(group => group.Parameters).Where(parameter => !Takes(parameter)).Select(parameter => $"{parameter.Name} {parameter.Shape}")];
        if (_rest is null && others.Length > 0)
        {
            throw new TrainingException(
                "Muon updates matrices alone, and no optimizer is given for the other parameters.",
                "optimizer.rest",
                $"{others.Length} others: {string.Join(", ", others.Take(Listed))}{(others.Length > Listed ? ", …" : "")}",
                "Add rest: { learning_rate: 3.0e-4 } for AdamW, or freeze them.");
        }
    }

    internal override IEnumerable<StateSlot> SlotsOf(Parameter parameter) =>
        Takes(parameter) || _rest is null ? [new StateSlot(Momentum, parameter.Shape)] : _rest.SlotsOf(parameter);

    internal override void Update(IReadOnlyList<ParameterState> active, double learningRate, float gradientScale)
    {
        foreach (ParameterState state in active.Where(state => Takes(state.Parameter)))
        {
            using var scope = TensorScope.Begin("muon"); // one matrix's temporaries at a time
            UpdateMatrix(state, learningRate * state.Group.LearningRateScale, gradientScale);
        }

        if (_options.Rest is { } rest)
        {
            double rate = rest.LearningRate * (learningRate / _options.LearningRate); // the same schedule
            _rest?.Run(active.Where(state => !Takes(state.Parameter)), rate, gradientScale);
        }
    }

    private bool Takes(Parameter parameter) => parameter.Rank == 2 && !parameter.Name.Split('.').Any(part => _options.Exclude.Contains(part, StringComparer.Ordinal));

    private void UpdateMatrix(ParameterState state, double learningRate, double gradientScale)
    {
        Parameter parameter = state.Parameter;
        Tensor gradient = parameter.Grad!.Detach(); // only parameters with a gradient are active
        Tensor scaled = gradientScale == 1 ? gradient : gradient * gradientScale;
        Tensor momentum = state[Momentum];
        momentum.CopyFrom((momentum * _options.Momentum) + (scaled * (1 - _options.Momentum)));
        Tensor direction = Orthogonalize(_options.Nesterov ? (momentum * _options.Momentum) + (scaled * (1 - _options.Momentum)) : momentum);

        int rows = parameter.Shape[0], columns = parameter.Shape[1];
        double ratio = _options.AdjustLrFn == MuonRateRule.Original ? Math.Sqrt(Math.Max(1, rows / (double)Math.Max(1, columns))) : AdamWRms * Math.Sqrt(Math.Max(rows, columns));
        parameter.CopyFrom((parameter.Detach() * (1 - (learningRate * state.Group.WeightDecay))) - (direction * (learningRate * ratio)));
    }

    /// <summary>The matrix with all singular values moved to about 1.</summary>
    private Tensor Orthogonalize(Tensor matrix)
    {
        bool isTall = matrix.Shape[0] > matrix.Shape[1];
        Tensor x = isTall ? Ops.Transpose(matrix) : matrix; // products of the shorter side
        x *= 1 / Math.Max(Ops.GradientNorm([matrix]), _options.Eps);
        (double a, double b, double c) = (_options.NsCoefficients[0], _options.NsCoefficients[1], _options.NsCoefficients[2]);
        for (int i = 0; i < _options.NsSteps; i++)
        {
            Tensor gram = Ops.MatMul(x, Ops.Transpose(x));
            x = (x * a) + Ops.MatMul((gram * b) + (Ops.MatMul(gram, gram) * c), x);
        }

        return isTall ? Ops.Transpose(x) : x;
    }
}
