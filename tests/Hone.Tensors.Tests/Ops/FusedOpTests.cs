using Hone.Core.Random;
using Hone.Tensors.Errors;

namespace Hone.Tensors.Tests.Ops;

/// <summary>Hand-computed cases and misuse of the fused ops; their gradients, layouts and types are the conformance suite's.</summary>
public sealed class FusedOpTests
{
    private const double Tolerance = 1e-12;

    [Fact]
    public void RmsNorm_ZeroCentredWeight_IsHandComputed()
    {
        using var scope = TensorScope.Begin("test");

        // mean square of (3, 4) = 12.5; 3/√12.5 = 0.848528137423857, 4/√12.5 = 1.131370849898476; weights 1 + 0 and 1 + 1.
        Tensor y = Hone.Tensors.Ops.RmsNorm(Tensor.From([3.0, 4.0], 2), Tensor.From([0.0, 1.0], 2), eps: 0, weightOffset: 1);

        AssertClose([0.848528137423857, 2.262741699796952], y);
    }

    [Fact]
    public void LayerNorm_TwoValues_AreMinusAndPlusOne()
    {
        using var scope = TensorScope.Begin("test");

        // mean 3, variance 1: (−1, 1); times (2, 3) plus (10, 20) = (8, 23).
        Tensor y = Hone.Tensors.Ops.LayerNorm(Tensor.From([2.0, 4.0], 2), Tensor.From([2.0, 3.0], 2), Tensor.From([10.0, 20.0], 2), eps: 0);

        AssertClose([8, 23], y);
    }

    [Fact]
    public void SwiGlu_PackedHalves_AreGateThenUp()
    {
        using var scope = TensorScope.Begin("test");

        // silu(1) = 0.731058578630005, silu(0) = 0; ups 2 and 5.
        AssertClose([1.46211715726001, 0], Hone.Tensors.Ops.SwiGlu(Tensor.From([1.0, 0.0, 2.0, 5.0], 4)));
    }

    [Fact]
    public void GeGlu_OfOne_IsTheNormalTable()
    {
        using var scope = TensorScope.Begin("test");

        // Φ(1) = 0.841344746068543; up 2.
        AssertClose([1.682689492137086], Hone.Tensors.Ops.GeGlu(Tensor.From([1.0], 1), Tensor.From([2.0], 1), tanhForm: false));
    }

    [Fact]
    public void Softmax_LogarithmsOfIntegers_AreTheirShares()
    {
        using var scope = TensorScope.Begin("test");
        Tensor x = Tensor.From([Math.Log(1), Math.Log(2), Math.Log(5)], 3);

        AssertClose([1 / 8.0, 2 / 8.0, 5 / 8.0], Hone.Tensors.Ops.Softmax(x));
        AssertClose([Math.Log(1 / 8.0), Math.Log(2 / 8.0), Math.Log(5 / 8.0)], Hone.Tensors.Ops.LogSoftmax(x));
    }

    [Fact]
    public void CrossEntropy_ThreeClasses_IsHandComputed()
    {
        using var scope = TensorScope.Begin("test");
        using var logits = new Parameter(Tensor.From([Math.Log(1), Math.Log(2), Math.Log(5), 0.0, 0.0, 0.0], 2, 3), "logits");

        // Probabilities (1, 2, 5)/8, label 1: −ln(2/8) = ln 4 = 1.386294361119891; the second row is ignored.
        CrossEntropyLoss loss = Hone.Tensors.Ops.CrossEntropy(logits, Tensor.From([1L, -100L], 2));
        loss.Mean().Backward();

        Assert.Equal((1L, 1.0), (loss.Count, loss.WeightSum));
        AssertClose([1.386294361119891], loss.Sum);
        AssertClose([1 / 8.0, (2 / 8.0) - 1, 5 / 8.0, 0, 0, 0], logits.Grad!); // Backward has just set it
    }

    [Fact]
    public void CrossEntropy_SmoothingAndZLoss_AreHandComputed()
    {
        using var scope = TensorScope.Begin("test");
        Tensor logits = Tensor.From([0.0, 0.0], 1, 2);

        // lse = ln 2; every term of the smoothed likelihood is ln 2; z-loss 0.5·(ln 2)².
        CrossEntropyLoss loss = Hone.Tensors.Ops.CrossEntropy(logits, Tensor.From([0L], 1), new CrossEntropySettings { LabelSmoothing = 0.25f, ZLoss = 0.5f });

        AssertClose([Math.Log(2) + (0.5 * Math.Log(2) * Math.Log(2))], loss.Sum);
        Assert.Equal(Math.Log(2), loss.NegativeLogLikelihood, Tolerance);
    }

    [Fact]
    public void LinearCrossEntropy_EqualsLinearThenCrossEntropy()
    {
        using var scope = TensorScope.Begin("test");
        using var hidden = new Parameter(Tensor.From([0.5, -1.0, 2.0, 0.25], 2, 2), "hidden");
        using var other = new Parameter(Tensor.From([0.5, -1.0, 2.0, 0.25], 2, 2), "hidden");
        Tensor weight = Tensor.From([1.0, 2.0, -1.0, 0.5, 0.0, 3.0], 3, 2), labels = Tensor.From([2L, 0L], 2);

        CrossEntropyLoss fused = Hone.Tensors.Ops.LinearCrossEntropy(hidden, weight, labels);
        CrossEntropyLoss composed = Hone.Tensors.Ops.CrossEntropy(Hone.Tensors.Ops.Linear(other, weight), labels);
        fused.Sum.Backward();
        composed.Sum.Backward();

        AssertClose(composed.Sum.ToArray<double>(), fused.Sum);
        AssertClose(other.Grad!.ToArray<double>(), hidden.Grad!); // Backward has just set both
    }

    [Fact]
    public void LinearCrossEntropy_NothingLabelled_CostsNothingAndHasNoMean()
    {
        using var scope = TensorScope.Begin("test");
        using var hidden = new Parameter(Tensor.From([1f, 2f], 1, 2), "hidden");

        CrossEntropyLoss loss = Hone.Tensors.Ops.LinearCrossEntropy(hidden, Tensor.From([1f, 2f, 3f, 4f], 2, 2), Tensor.From([-100L], 1));
        loss.Sum.Backward();

        Assert.Equal((0L, 0.0), (loss.Count, loss.Sum.Item()));
        Assert.True(double.IsNaN(loss.Mean().Item()));
        Assert.Equal([0f, 0f], hidden.Grad!.ToArray<float>()); // Backward has just set it
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Embedding_HalfPrecisionTable_GivesF32AndAGradientOfTheTablesType(DType dtype)
    {
        using var scope = TensorScope.Begin("test");
        using var table = new Parameter(Hone.Tensors.Ops.Cast(Tensor.From([1f, 2f, 3f, 4f, 5f, 6f], 3, 2), dtype), "table");

        Tensor y = Hone.Tensors.Ops.Embedding(table, Tensor.From([2L, 0L, 2L], 3), paddingIndex: 0);
        Hone.Tensors.Ops.Sum(y).Backward();

        Assert.Equal(DType.F32, y.DType);
        Assert.Equal([5f, 6f, 1f, 2f, 5f, 6f], y.ToArray<float>());
        Assert.Equal(dtype, table.Grad!.DType); // Backward has just set it
        Assert.Equal([0, 0, 0, 0, 2, 2], table.Grad!.ToDoubles());
    }

    [Fact]
    public void RotaryEmbedding_QuarterTurn_IsHandComputed()
    {
        using var scope = TensorScope.Begin("test");
        Tensor x = Tensor.From([1f, 2f, 3f, 4f], 1, 1, 4), positions = Tensor.From([1], 1);
        Tensor cos = Tensor.From([1f, 1f, 0f, 0f], 2, 2), sin = Tensor.From([0f, 0f, 1f, 1f], 2, 2);

        // cos = 0, sin = 1: (a, b) → (−b, a).
        Assert.Equal([-3f, -4f, 1f, 2f], Hone.Tensors.Ops.RotaryEmbedding(x, positions, cos, sin).ToArray<float>());
        Assert.Equal([-2f, 1f, -4f, 3f], Hone.Tensors.Ops.RotaryEmbedding(x, positions, cos, sin, RotaryLayout.Interleaved).ToArray<float>());
    }

    [Fact]
    public void Misuse_IsRefusedWithTheFacts()
    {
        using var scope = TensorScope.Begin("test");
        Tensor x = Tensor.Zeros(DType.F32, 2, 4), wrong = Tensor.Zeros(DType.F32, 3);

        Refuses(() => Hone.Tensors.Ops.RmsNorm(x, wrong, 1e-5), "weight");
        Refuses(() => Hone.Tensors.Ops.LayerNorm(x, null, Tensor.Zeros(DType.F32, 4), 1e-5), "bias without a weight");
        Refuses(() => Hone.Tensors.Ops.AddRmsNorm(x, wrong, null, 1e-5), "one shape");
        Refuses(() => Hone.Tensors.Ops.SwiGlu(x, wrong), "one shape");
        Refuses(() => Hone.Tensors.Ops.SwiGlu(wrong), "gate and up");
        Refuses(() => Hone.Tensors.Ops.Embedding(x, Tensor.From([0L, 2L], 2)), "index 2 at flat position 1");
        Refuses(() => Hone.Tensors.Ops.CrossEntropy(x, Tensor.From([0L, 4L], 2)), "label 4 at flat position 1");
        Refuses(() => Hone.Tensors.Ops.CrossEntropy(x, Tensor.From([0L], 1)), "one label per row");
        Refuses(() => Hone.Tensors.Ops.LinearCrossEntropy(x, Tensor.Zeros(DType.F32, 5, 3), Tensor.From([0L, 4L], 2)), "must equal the head's");
        Refuses(() => Hone.Tensors.Ops.RotaryEmbedding(x, Tensor.From([0], 1), wrong, wrong), "three or four dimensions");
        Assert.Throws<ArgumentOutOfRangeException>(() => Hone.Tensors.Ops.CrossEntropy(x, Tensor.From([0L, 1L], 2), new CrossEntropySettings { LabelSmoothing = 1.5f }));
    }

    private static void Refuses(Action call, string fact) => Assert.Contains(fact, Assert.Throws<ShapeMismatchException>(call).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(37, 33, 65, 5, false)]
    [InlineData(1, 7, 3, 16, true)]
    [InlineData(130, 96, 64, 1, true)]
    public void LowRankLinear_EqualsItsParts(int rows, int inFeatures, int outFeatures, int rank, bool isBiased)
    {
        using var scope = TensorScope.Begin("test");
        using var weight = PackedWeight.Create(Random(outFeatures, inFeatures), forBackward: true);
        Tensor? bias = isBiased ? Random(outFeatures) : null;
        using var x = new Parameter(Random(rows, inFeatures), "x");
        using var a = new Parameter(Random(rank, inFeatures), "a");
        using var b = new Parameter(Random(outFeatures, rank), "b");
        Tensor g = Random(rows, outFeatures);

        Tensor parts = Hone.Tensors.Ops.PackedLinear(x, weight, bias) + Hone.Tensors.Ops.Linear(Hone.Tensors.Ops.Linear(x, a) * 0.75, b);
        parts.Backward(g);
        (double[] dx, double[] da, double[] db) = (x.Grad!.ToDoubles(), a.Grad!.ToDoubles(), b.Grad!.ToDoubles());
        Array.ForEach([x, a, b], parameter => parameter.ZeroGrad());
        Tensor fused = Hone.Tensors.Ops.LowRankLinear(x, weight, bias, a, b, 0.75);
        fused.Backward(g);

        Close.Assert(fused, parts, 2e-6, 0, "result");
        Close.Assert(x.Grad!.ToDoubles(), dx, 2e-6, 0, "input");
        Close.Assert(a.Grad!.ToDoubles(), da, 2e-6, 0, "A");
        Close.Assert(b.Grad!.ToDoubles(), db, 2e-6, 0, "B");
    }

    [Fact]
    public void LowRankLinear_WithAnUpdateOfAnotherLayer_IsRefused()
    {
        using var scope = TensorScope.Begin("test");
        using var weight = PackedWeight.Create(Random(4, 6), forBackward: true);

        ShapeMismatchException error = Assert.Throws<ShapeMismatchException>(() => Hone.Tensors.Ops.LowRankLinear(Random(2, 6), weight, null, Random(3, 6), Random(5, 3), 1));

        Assert.Contains("[4, 6]", error.Facts, StringComparison.Ordinal);
    }

    private static void AssertClose(double[] expected, Tensor actual)
    {
        double[] values = actual.ToArray<double>();
        Assert.Equal(expected.Length, values.Length);
        Assert.NotEmpty(values);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(expected[i], values[i], Tolerance);
        }
    }

    private static Tensor Random(params int[] shape)
    {
        var values = new float[shape.Aggregate(1, (product, size) => product * size)];
        new RandomStream(11, string.Join('x', shape)).FillNormal(values);
        return Tensor.From(values, shape);
    }
}
