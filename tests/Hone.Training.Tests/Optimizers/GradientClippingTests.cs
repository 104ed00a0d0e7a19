using Hone.Tensors;
using Hone.Training.Optimizers;

namespace Hone.Training.Tests.Optimizers;

public sealed class GradientClippingTests
{
    [Theory]
    [InlineData(NormKind.L2, 5)] // √(9 + 16)
    [InlineData(NormKind.L1, 7)]
    [InlineData(NormKind.Max, 4)]
    public void Clip_LongerThanTheLimit_ScalesAllTogether(NormKind kind, double expected)
    {
        using var scope = TensorScope.Begin("test");
        Parameter a = With("a", 3, 0), b = With("b", -4), none = new(Tensor.Zeros(DType.F32, 2), "none");

        GradientNorm norm = new GradientClipping { MaxNorm = 0.5, NormType = kind }.Clip([a, b, none]);

        Assert.Equal(expected, norm.Norm, 1e-6);
        Assert.Equal(0.5 / (expected + 1e-6), norm.Factor, 1e-9);
        Assert.Equal(3 * norm.Factor, a.Grad!.ToDoubles()[0], 1e-6);
        Assert.Equal(-4 * norm.Factor, b.Grad!.ToDoubles()[0], 1e-6);
    }

    [Fact]
    public void Measure_WithoutALimit_NeverScales()
    {
        using var scope = TensorScope.Begin("test");

        GradientNorm norm = new GradientClipping { MaxNorm = null }.Measure([With("a", 3, 4)]);

        Assert.Equal(new GradientNorm(5, 1), norm);
    }

    [Theory]
    [InlineData(NormKind.L2)]
    [InlineData(NormKind.L1)]
    [InlineData(NormKind.Max)]
    public void Measure_NotFinite_NamesTheParameters(NormKind kind)
    {
        using var scope = TensorScope.Begin("test");

        TrainingException error = Assert.Throws<TrainingException>(
            () => new GradientClipping { NormType = kind }.Measure([With("a", 3), With("bad", float.NaN, 1), With("c", 1), With("worse", float.PositiveInfinity)]));

        Assert.Contains("2 of 4 parameters: bad, worse", error.Facts, StringComparison.Ordinal);
    }

    private static Parameter With(string name, params float[] gradient)
    {
        var parameter = new Parameter(Tensor.Zeros(DType.F32, gradient.Length), name);
        parameter.Backward(Tensor.From(gradient, gradient.Length));
        return parameter;
    }
}
