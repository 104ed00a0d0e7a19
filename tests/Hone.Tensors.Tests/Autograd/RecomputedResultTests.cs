using Hone.Core.Random;
using Hone.Tensors.Tests.Ops;
using Op = Hone.Tensors.Ops;

namespace Hone.Tensors.Tests.Autograd;

/// <summary>Results that are computed again in the backward pass instead of being kept.</summary>
public sealed class RecomputedResultTests
{
    public static TheoryData<string, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, int>();
            foreach (string op in new[] { "swiglu", "geglu", "rms-norm", "rms-norm without weight", "add-rms-norm" })
            {
                cases.Add(op, 1, 1);
                cases.Add(op, 37, 577);
                cases.Add(op, 130, 64);
                cases.Add(op, 3, 4099);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Recompute_GivesTheBytesOfTheForwardPass(string op, int rows, int columns)
    {
        using var scope = TensorScope.Begin("test");
        using var x = new Parameter(Random(rows, columns), "x");
        Tensor y = Apply(op, x, columns);

        Tensor again = y.GradNode!.OpenResult(); // x is trained, so a node was recorded

        Assert.Equal(y.ToArray<float>(), again.ToArray<float>());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_EqualThoseOfAKeptInput(string op, int rows, int columns)
    {
        using var scope = TensorScope.Begin("test");
        using var x = new Parameter(Random(rows, columns), "x");
        using var first = new Parameter(Random(3, columns), "first");
        using var second = new Parameter(Random(5, columns), "second");

        Tensor y = Apply(op, x, columns);
        (Op.Sum(Op.Square(Op.Linear(y, first))) + Op.Sum(Op.Linear(y, second))).Backward();
        double[] ofFirst = first.Grad!.ToDoubles(), ofSecond = second.Grad!.ToDoubles();
        first.ZeroGrad();
        second.ZeroGrad();
        using var kept = new Parameter(y, "kept");
        (Op.Sum(Op.Square(Op.Linear(kept, first))) + Op.Sum(Op.Linear(kept, second))).Backward();

        Assert.Equal(first.Grad!.ToDoubles(), ofFirst);
        Assert.Equal(second.Grad!.ToDoubles(), ofSecond);
        Assert.Contains(x.Grad!.ToDoubles(), value => value != 0);
    }

    [Fact]
    public void ALayerAfterAGate_DoesNotKeepItsInput_AndNothingIsLeft()
    {
        const int Rows = 256, Columns = 512;
        using var gate = new Parameter(Random(Rows, Columns), "gate");
        using var up = new Parameter(Random(Rows, Columns), "up");
        using var weight = new Parameter(Random(4, Columns), "weight");
        var watch = new MemoryPoolWatch();
        Tensor loss;
        using (TensorScope.Begin("forward"))
        {
            loss = Op.Sum(Op.Linear(Op.SwiGlu(gate, up), weight)).Keep();
        }

        long held = watch.Growth, input = (long)Rows * Columns * sizeof(float);
        loss.Backward();
        loss.Dispose();
        gate.ZeroGrad();
        up.ZeroGrad();
        weight.ZeroGrad();

        Assert.True(held < input / 4, $"{held} bytes are kept, the input has {input}");
        Assert.Equal(0, watch.Growth);
    }

    private static Tensor Apply(string op, Parameter x, int columns) => op switch
    {
        "swiglu" => Op.SwiGlu(x, x * 0.5),
        "geglu" => Op.GeGlu(x, x * 0.5, tanhForm: true),
        "rms-norm" => Op.RmsNorm(x, Random(columns), 1e-5, 1),
        "rms-norm without weight" => Op.RmsNorm(x, null, 1e-6),
        _ => Op.AddRmsNorm(x, x * 0.25, Random(columns), 1e-5).Normalized,
    };

    private static Tensor Random(params int[] shape)
    {
        var values = new float[shape.Aggregate(1, (product, size) => product * size)];
        new RandomStream(7, string.Join('x', shape)).FillNormal(values);
        return Tensor.From(values, shape);
    }
}
