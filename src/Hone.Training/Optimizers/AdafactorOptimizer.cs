using Hone.Tensors;

namespace Hone.Training.Optimizers;

/// <summary>Adafactor.</summary>
internal sealed class AdafactorOptimizer(IReadOnlyList<ParameterGroup> groups, AdafactorOptions options) : Optimizer(groups)
{
    private const string Rows = "exp_avg_sq_row", Columns = "exp_avg_sq_col", Elements = "exp_avg_sq", First = "exp_avg";

    // Bounds of the relative step: arXiv:1804.04235, section 8, and transformers for the slow start.
    private const double LargestStep = 1e-2, FirstStep = 1e-6;

    internal override IEnumerable<StateSlot> SlotsOf(Parameter parameter)
    {
        if (parameter.Rank >= 2)
        {
            yield return new StateSlot(Rows, new Shape(parameter.Shape.Dimensions[..^1]));
            yield return new StateSlot(Columns, new Shape([.. parameter.Shape.Dimensions[..^2], parameter.Shape[-1]]));
        }
        else
        {
            yield return new StateSlot(Elements, parameter.Shape);
        }

        if (options.Beta1 is not null)
        {
            yield return new StateSlot(First, parameter.Shape);
        }
    }

    internal override void Update(IReadOnlyList<ParameterState> active, double learningRate, float gradientScale)
    {
        foreach (ParameterState state in active)
        {
            bool isFactored = state.Parameter.Rank >= 2;
            var tensors = new AdafactorTensors(state.Parameter, RateOf(state, learningRate), state.Group.WeightDecay)
            {
                RowSquares = isFactored ? state[Rows] : null,
                ColumnSquares = isFactored ? state[Columns] : null,
                Squares = isFactored ? null : state[Elements],
                FirstMoment = options.Beta1 is null ? null : state[First],
            };
            Ops.AdafactorStep(tensors, new AdafactorSettings
            {
                Beta1 = options.Beta1 ?? 0,
                Beta2 = 1 - Math.Pow(state.Steps, options.DecayRate),
                SquareEpsilon = options.Eps[0],
                ClipThreshold = options.ClipThreshold,
                GradientScale = gradientScale,
            });
        }
    }

    private double RateOf(ParameterState state, double learningRate)
    {
        double rate = learningRate * state.Group.LearningRateScale;
        if (options.RelativeStep)
        {
            rate *= Math.Min(options.WarmupInit ? FirstStep * state.Steps : LargestStep, 1 / Math.Sqrt(state.Steps));
        }

        return options.ScaleParameter ? rate * Math.Max(options.Eps[1], Ops.GradientNorm([state.Parameter]) / Math.Sqrt(Math.Max(1, state.Parameter.ElementCount))) : rate;
    }
}
