using Hone.Core.Recipes;
using Hone.Tensors;
using Hone.Tensors.Autograd;

namespace Hone.Training.Optimizers;

/// <summary>Keeps the gradient of all parameters together from growing beyond a length.</summary>
/// <remarks>
/// <c>factor = min(1, max_norm/(norm + 1e-6))</c>, so that a norm just below the limit is scaled a little too.
/// Source: Pascanu et al., arXiv:1211.5063, section 3.2; the 1e-6 as in <c>torch.nn.utils.clip_grad_norm_</c>.
/// </remarks>
[Shorthand(nameof(MaxNorm))]
public sealed record GradientClipping
{
    // Added to the norm, as PyTorch does: a gradient of length 0 is not divided by 0.
    private const double NormEpsilon = 1e-6;
    private const int Listed = 8;

    /// <summary>The largest norm; when not given, gradients are measured and never scaled.</summary>
    [Positive]
    public double? MaxNorm { get; init; } = 1;

    /// <summary>The norm that is measured.</summary>
    public NormKind NormType { get; init; } = NormKind.L2;

    /// <summary>Measures the gradients of <paramref name="parameters"/>, all together; those without one count as 0.</summary>
    /// <exception cref="TrainingException">A gradient is not finite; the message names the parameters.</exception>
    public GradientNorm Measure(IEnumerable<Parameter> parameters)
    {
        using GradMode off = GradMode.NoGrad();
        using var scope = TensorScope.Begin("gradient norm");
        Parameter[] reached = [.. parameters.Where(parameter => parameter.Grad is { ElementCount: > 0 })];
        double norm = NormOf(reached);
        return double.IsFinite(norm) ? new GradientNorm(norm, MaxNorm is { } limit ? Math.Min(1, limit / (norm + NormEpsilon)) : 1) : throw NotFinite(reached);
    }

    /// <summary>Measures the gradients and scales them in place; <see cref="Measure"/> with <see cref="Optimizer.Step"/> does the same without a pass of its own.</summary>
    /// <exception cref="TrainingException">A gradient is not finite; the message names the parameters.</exception>
    public GradientNorm Clip(IEnumerable<Parameter> parameters)
    {
        Parameter[] all = [.. parameters];
        GradientNorm norm = Measure(all);
        if (norm.Factor < 1)
        {
            using GradMode off = GradMode.NoGrad();
            using var scope = TensorScope.Begin("clip gradients");
            foreach (Tensor gradient in all.Select(parameter => parameter.Grad).OfType<Tensor>())
            {
                gradient.CopyFrom(gradient * norm.Factor);
            }
        }

        return norm;
    }

    private double NormOf(IEnumerable<Parameter> parameters)
    {
        Tensor[] gradients = [.. parameters.Select(parameter => parameter.Grad).OfType<Tensor>()];
        return NormType switch
        {
            NormKind.L2 => Ops.GradientNorm(gradients),
            NormKind.L1 => gradients.Sum(gradient => Ops.Sum(Ops.Abs(gradient)).Item()),
            _ => gradients.Select(gradient => Ops.Max(Ops.Reshape(Ops.Abs(gradient), -1), 0).Item()).Aggregate(0.0, Math.Max), // Math.Max keeps NaN
        };
    }

    private TrainingException NotFinite(Parameter[] parameters)
    {
        string[] names = [.. parameters.Where(parameter => !double.IsFinite(NormOf([parameter]))).Select(parameter => parameter.Name)];
        return new TrainingException(
            "A gradient is not finite (NaN, infinity, or too large to be squared).",
            names.Length == 0 ? "gradient norm" : names[0],
            $"{names.Length} of {parameters.Length} parameters: {string.Join(", ", names.Take(Listed))}{(names.Length > Listed ? ", …" : "")}",
            "Lower the learning rate, lengthen the warm-up, or look at the rows of this step.");
    }
}
