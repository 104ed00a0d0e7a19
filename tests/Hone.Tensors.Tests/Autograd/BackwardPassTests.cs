using Hone.Core.Random;
using Hone.Tensors.Autograd;
using Hone.Tensors.Errors;
using Hone.Tensors.Tests.Ops;
using Op = Hone.Tensors.Ops;

namespace Hone.Tensors.Tests.Autograd;

public sealed class BackwardPassTests
{
    [Fact]
    public void Backward_ThroughASharedInput_AddsBothPaths()
    {
        using var scope = TensorScope.Begin("test");
        using var x = new Parameter(Tensor.From([3.0], 1), "x");

        Op.Sum((x * x) + x).Backward(); // y = x² + x, dy/dx = 2·3 + 1 = 7

        Assert.Equal([7.0], x.Grad!.ToDoubles());
    }

    [Fact]
    public void Backward_OverTwoMicroBatches_AccumulatesTheirSum()
    {
        using var scope = TensorScope.Begin("test");
        using var x = new Parameter(Tensor.From([2.0, 5.0], 2), "x");

        Op.Sum(x * 3).Backward();
        Op.Sum(Op.Square(x)).Backward(); // 3 + 2x

        Assert.Equal([7.0, 13.0], x.Grad!.ToDoubles());
        x.ZeroGrad();
        Assert.Null(x.Grad);
    }

    [Fact]
    public void Backward_IntoTwoParametersFromOneSum_GivesEachItsOwnMemory()
    {
        using var scope = TensorScope.Begin("test");
        using var a = new Parameter(Tensor.From([1f], 1), "a");
        using var b = new Parameter(Tensor.From([2f], 1), "b");

        Op.Sum(a + b).Backward();
        a.Grad!.Fill(100);

        Assert.Equal([1f], b.Grad!.ToArray<float>());
    }

    [Fact]
    public void Backward_Twice_SaysThatTheGraphIsFreedAndWhere()
    {
        using var scope = TensorScope.Begin("test");
        using var x = new Parameter(Tensor.From([2.0], 1), "x");
        Tensor loss;
        using (OpContext.Enter("model"))
        using (OpContext.Enter("head"))
        {
            loss = Op.Sum(Op.Square(x));
        }

        loss.Backward();

        AutogradException error = Assert.Throws<AutogradException>(loss.Backward);
        Assert.Contains("used already", error.What, StringComparison.Ordinal);
        Assert.Equal("model.head (sum)", error.Where);
    }

    [Fact]
    public void Backward_AfterASavedTensorWasOverwritten_NamesTheOp()
    {
        using var scope = TensorScope.Begin("test");
        using var x = new Parameter(Tensor.From([2.0], 1), "x");
        Tensor loss = Op.Sum(Op.Square(x));

        x.Fill(9);

        AutogradException error = Assert.Throws<AutogradException>(loss.Backward);
        Assert.Contains("square", error.What, StringComparison.Ordinal);
        Assert.Contains("overwritten", error.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Backward_OfAVectorWithoutGradient_IsRefused()
    {
        using var scope = TensorScope.Begin("test");
        using var x = new Parameter(Tensor.From([2.0, 3.0], 2), "x");

        Assert.Throws<AutogradException>(() => (x * 2).Backward());
        Assert.Throws<AutogradException>(() => (x * 2).Backward(Tensor.Zeros(DType.F64, 3)));
    }

    [Fact]
    public void Backward_WithoutARecordedGraph_SaysWhy()
    {
        using var scope = TensorScope.Begin("test");
        using var x = new Parameter(Tensor.From([2.0], 1), "x");
        Tensor loss;
        using (GradMode.NoGrad())
        {
            loss = Op.Sum(x);
            AutogradException inside = Assert.Throws<AutogradException>(loss.Backward);
            Assert.Contains("switched off", inside.Facts, StringComparison.Ordinal);
        }

        Assert.False(loss.RequiresGrad);
        AutogradException outside = Assert.Throws<AutogradException>(loss.Backward);
        Assert.Contains("no trainable parameter", outside.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void FrozenLinear_SavesNoActivations()
    {
        using var frozen = new Parameter(Tensor.Zeros(DType.F32, 64, 64), "frozen", requiresGrad: false);
        using var trained = new Parameter(Tensor.Zeros(DType.F32, 64, 64), "trained");

        long withFrozen = HeldBytesAfterForward(x => Op.Linear(x, frozen));
        long withTrained = HeldBytesAfterForward(x => Op.Linear(x, trained));

        long activation = 1024 * 64 * sizeof(float);
        Assert.True(withFrozen < activation / 2, $"a frozen layer keeps {withFrozen} bytes");
        Assert.True(withTrained >= activation, $"a trained layer keeps {withTrained} bytes");
    }

    [Fact]
    public void GraphWithoutBackward_WhenItsResultIsFreed_LetsGoOfEverything()
    {
        using var weight = new Parameter(Tensor.Zeros(DType.F32, 64, 64), "weight");
        var watch = new MemoryPoolWatch();

        using (TensorScope.Begin("evaluation"))
        {
            Tensor h = Tensor.Zeros(DType.F32, 128, 64);
            for (int layer = 0; layer < 10; layer++)
            {
                h = Op.Tanh(Op.Linear(h, weight));
            }
        }

        Assert.Equal(0, watch.Growth);
    }

    [Fact]
    public void LongChain_RunsAndFreesWithoutDeepRecursion()
    {
        using var x = new Parameter(Tensor.From([0.0], 1), "x");
        using var scope = TensorScope.Begin("test");
        Tensor y = x;
        for (int i = 0; i < 50_000; i++)
        {
            y = Op.AddScalar(y, 1);
        }

        Op.Sum(y).Backward();

        Assert.Equal([1.0], x.Grad!.ToDoubles());
    }

    [Fact]
    public void Checkpoint_OfABlockWithDropout_EqualsThePlainRunWithLessMemory()
    {
        using var weight = new Parameter(Random(64, 64), "weight");
        (double[] loss, double[] gradient, long held) plain = Run(checkpointed: false);
        (double[] loss, double[] gradient, long held) recomputed = Run(checkpointed: true);

        Assert.Equal(plain.loss, recomputed.loss);
        Assert.Equal(plain.gradient, recomputed.gradient);
        Assert.True(recomputed.held < plain.held / 2, $"checkpointed {recomputed.held} bytes, plain {plain.held}");

        (double[] Loss, double[] Gradient, long Held) Run(bool checkpointed)
        {
            using var scope = TensorScope.Begin("test");
            var dropout = new RandomStream(3, "dropout");
            Tensor x = Random(256, 64);
            Tensor Block(Tensor h) => Op.Dropout(Op.Tanh(Op.Linear(Op.Silu(Op.Linear(h, weight)), weight)), 0.1, dropout);
            var watch = new MemoryPoolWatch();
            Tensor loss;
            using (TensorScope.Begin("forward"))
            {
                Tensor h = x;
                for (int block = 0; block < 3; block++)
                {
                    h = checkpointed ? ActivationCheckpoint.Run(Block, h, dropout) : Block(h);
                }

                loss = Op.Mean(Op.Square(h)).Keep();
            }

            long held = watch.Growth;
            loss.Backward();
            double[] gradient = weight.Grad!.ToDoubles();
            weight.ZeroGrad();
            return (loss.ToDoubles(), gradient, held);
        }
    }

    [Fact]
    public void Checkpoint_GivesTheInputItsGradient()
    {
        using var scope = TensorScope.Begin("test");
        using var x = new Parameter(Tensor.From([3.0], 1), "x");

        Op.Sum(ActivationCheckpoint.Run(Op.Square, x * 2)).Backward(); // (2x)², derivative 8x

        Assert.Equal([24.0], x.Grad!.ToDoubles());
    }

    [Fact]
    public void NumericsCheck_ReportsTheFirstOpThatIsNotFiniteWithItsModule()
    {
        using var scope = TensorScope.Begin("test");
        using NumericsCheck check = NumericsCheck.Begin();
        using OpContext module = OpContext.Enter("model.layers.3.mlp");

        NonFiniteException error = Assert.Throws<NonFiniteException>(() => Op.Log(Tensor.From([1f, 0f], 2)));

        Assert.Equal("model.layers.3.mlp (log)", error.Where);
        Assert.Contains("flat index 1", error.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void NumericsCheck_ReportsAGradientThatIsNotFinite()
    {
        using var scope = TensorScope.Begin("test");
        using var x = new Parameter(Tensor.From([0f], 1), "x");
        Tensor loss;
        using (OpContext.Enter("norm"))
        {
            loss = Op.Sum(Op.Sqrt(x)); // the derivative at 0 is infinite
        }

        using NumericsCheck check = NumericsCheck.Begin();
        NonFiniteException error = Assert.Throws<NonFiniteException>(loss.Backward);

        Assert.Contains("gradient of input 0", error.What, StringComparison.Ordinal);
        Assert.Equal("norm (sqrt)", error.Where);
    }

    private static Tensor Random(params int[] shape)
    {
        var values = new float[new Shape(shape).ElementCount];
        new RandomStream(5, "values").FillNormal(values, 0, 0.2f);
        return Tensor.From(values, shape);
    }

    private static long HeldBytesAfterForward(Func<Tensor, Tensor> layer)
    {
        using var scope = TensorScope.Begin("test");
        using var x = new Parameter(Tensor.Zeros(DType.F32, 1024, 64), "x");
        Tensor y;
        var watch = new MemoryPoolWatch();
        using (TensorScope.Begin("forward"))
        {
            // The input is made inside, so that only the graph can keep it.
            y = Op.Sum(layer(x * 2)).Keep();
        }

        long held = watch.Growth;
        y.Dispose();
        return held;
    }
}
