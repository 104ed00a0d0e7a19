using Hone.Tensors;
using Hone.Tensors.Threading;
using Hone.Training.Optimizers;

namespace Hone.Training.Tests.Optimizers;

public sealed class OptimizerTests
{
    public static TheoryData<string> Names => new(All.Keys.Order(StringComparer.Ordinal));

    private static Dictionary<string, OptimizerOptions> All { get; } = new(StringComparer.Ordinal)
    {
        ["adamw"] = new AdamWOptions { LearningRate = 0.1 },
        ["adamw amsgrad"] = new AdamWOptions { LearningRate = 0.1, Amsgrad = true },
        ["adam"] = new AdamOptions { LearningRate = 0.1 },
        ["sgd"] = new SgdOptions { LearningRate = 0.1 },
        ["sgd momentum"] = new SgdOptions { LearningRate = 0.1, Momentum = 0.5 },
        ["rmsprop"] = new RmsPropOptions { LearningRate = 0.1 },
        ["rmsprop centered"] = new RmsPropOptions { LearningRate = 0.1, Centered = true, Momentum = 0.5 },
        ["lion"] = new LionOptions { LearningRate = 0.1 },
        ["adafactor"] = new AdafactorOptions { LearningRate = 0.1 },
        ["adafactor relative"] = new AdafactorOptions { LearningRate = 10, RelativeStep = true, ScaleParameter = true, Beta1 = 0.9 },
        ["muon"] = new MuonOptions { LearningRate = 0.1, Rest = new MuonRestOptions { LearningRate = 0.1 } },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_TowardsATarget_ComesNearer(string name)
    {
        using var scope = TensorScope.Begin("test");
        Parameter[] parameters = Parameters();
        using Optimizer optimizer = Create(name, parameters);
        double before = Distance(parameters);
        for (int step = 0; step < 60; step++)
        {
            Backward(parameters);
            optimizer.Step(All[name].LearningRate * (1 - (step / 60.0)));
            optimizer.ZeroGrad();
        }

        Assert.True(Distance(parameters) < 0.8 * before, $"{name}: from {before} to {Distance(parameters)}");
        Assert.All(parameters, parameter => Assert.Null(parameter.Grad));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_ParameterWithoutGradient_IsLeftAlone(string name)
    {
        using var scope = TensorScope.Begin("test");
        Parameter[] parameters = Parameters();
        using Optimizer optimizer = Create(name, parameters);
        double[] initial = parameters[1].ToDoubles();

        Backward([parameters[0]]);
        optimizer.Step(0.1);

        Assert.Equal(initial, parameters[1].ToDoubles());
        Dictionary<string, Tensor> state = optimizer.State().ToDictionary(pair => pair.Name, pair => pair.Value);
        Assert.Equal([1], state["layer.w.step"].ToArray<long>());
        Assert.Equal([0], state["layer.b.step"].ToArray<long>());
        Assert.Single(state.Keys, key => key.StartsWith("layer.b.", StringComparison.Ordinal)); // no tensors yet
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void LoadState_Resumed_GivesTheBitsOfTheUninterruptedRun(string name)
    {
        using var scope = TensorScope.Begin("test");
        double[] expected = Train(name, resumeAt: -1, threads: 1);

        Assert.Equal(expected, Train(name, resumeAt: 3, threads: 1));
        Assert.Equal(expected, Train(name, resumeAt: -1, threads: 3));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_GradientScale_EqualsScaledGradients(string name)
    {
        using var scope = TensorScope.Begin("test");
        Parameter[] scaled = Parameters(), whole = Parameters();
        using Optimizer one = Create(name, scaled), other = Create(name, whole);
        for (int step = 0; step < 3; step++)
        {
            one.ZeroGrad();
            other.ZeroGrad();
            for (int i = 0; i < whole.Length; i++)
            {
                Tensor gradient = Gradient(whole[i], step);
                whole[i].Backward(gradient * 0.25); // a power of two: no rounding
                scaled[i].Backward(gradient);
            }

            one.Step(0.1, gradientScale: 0.25);
            other.Step(0.1);
        }

        for (int i = 0; i < whole.Length; i++)
        {
            Assert.Equal(whole[i].ToDoubles(), scaled[i].ToDoubles(), (a, b) => Math.Abs(a - b) <= 1e-6 * (1 + Math.Abs(a)));
        }
    }

    [Fact]
    public void LoadState_OfAnotherOptimizer_ListsMissingAndUnexpected()
    {
        using var scope = TensorScope.Begin("test");
        Parameter[] parameters = Parameters();
        using Optimizer adam = Create("adamw", parameters), momentum = Create("sgd momentum", parameters);
        Backward(parameters);
        adam.Step(0.1);
        Dictionary<string, Tensor> state = adam.State().ToDictionary(pair => pair.Name, pair => pair.Value);
        state.Remove("layer.b.step");
        state["other.w.exp_avg"] = Tensor.Zeros(DType.F32, 2);

        TrainingException error = Assert.Throws<TrainingException>(() => momentum.LoadState(state));

        Assert.Contains("2 missing: layer.w.momentum_buffer, layer.b.step", error.Facts, StringComparison.Ordinal);
        Assert.Contains("5 unexpected: layer.b.exp_avg, layer.b.exp_avg_sq, layer.w.exp_avg, layer.w.exp_avg_sq, other.w.exp_avg", error.Facts, StringComparison.Ordinal);
        Assert.Equal([0], momentum.State().First().Value.ToArray<long>());
    }

    [Fact]
    public void LoadState_WrongShape_SaysWhichAndWhatWasExpected()
    {
        using var scope = TensorScope.Begin("test");
        Parameter[] parameters = Parameters();
        using Optimizer adam = Create("adamw", parameters);
        Backward(parameters);
        adam.Step(0.1);
        Dictionary<string, Tensor> state = adam.State().ToDictionary(pair => pair.Name, pair => pair.Value);
        state["layer.b.exp_avg"] = Tensor.Zeros(DType.F32, 2);

        TrainingException error = Assert.Throws<TrainingException>(() => adam.LoadState(state));

        Assert.Contains("layer.b.exp_avg: f32 [2], expected f32 [5]", error.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void State_AfterTheScopeOfAStep_StillLives()
    {
        Parameter[] parameters = Parameters();
        using Optimizer adam = Create("adamw", parameters);
        using (TensorScope.Begin("step"))
        {
            Backward(parameters);
            adam.Step(0.1);
        }

        using var scope = TensorScope.Begin("test");
        Assert.All(adam.State(), pair => Assert.False(pair.Value.IsFreed));
        Array.ForEach(parameters, parameter => parameter.Dispose());
    }

    [Fact]
    public void Create_ParameterInTwoGroups_IsRefused()
    {
        using var scope = TensorScope.Begin("test");
        Parameter[] parameters = Parameters();
        ParameterGroup group = new() { Name = "a", Parameters = parameters };

        Assert.Throws<TrainingException>(() => new SgdOptions { LearningRate = 1 }.Create([group, group with { Name = "b" }]));
    }

    [Fact]
    public void Create_MuonWithAVectorAndNoRest_NamesIt()
    {
        using var scope = TensorScope.Begin("test");

        TrainingException error = Assert.Throws<TrainingException>(() => new MuonOptions { LearningRate = 1 }.Create([new ParameterGroup { Name = "a", Parameters = Parameters() }]));

        Assert.Contains("layer.b [5]", error.Facts, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_MuonOnOrthogonalGradient_KeepsItsDirection()
    {
        // Newton-Schulz moves both singular values, each 1/√2 after division by the norm, along the same odd polynomial: the direction stays a multiple of the identity near 1.
        using var scope = TensorScope.Begin("test");
        var parameter = new Parameter(Tensor.Zeros(DType.F64, 2, 2), "w");
        parameter.Backward(Tensor.From([3.0, 0, 0, 3.0], 2, 2));
        using Optimizer muon = new MuonOptions { LearningRate = 1, WeightDecay = 0 }.Create([new ParameterGroup { Name = "a", Parameters = [parameter] }]);
        double expected = Math.Sqrt(0.5);
        for (int i = 0; i < 5; i++)
        {
            expected = (3.4445 * expected) - (4.775 * Math.Pow(expected, 3)) + (2.0315 * Math.Pow(expected, 5));
        }

        muon.Step(0.5);

        Assert.Equal([-0.5 * expected, 0, 0, -0.5 * expected], parameter.ToDoubles(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Step_GroupsWithOwnRates_UseThem()
    {
        using var scope = TensorScope.Begin("test");
        Parameter a = new(Tensor.From([1.0], 1), "a"), b = new(Tensor.From([1.0], 1), "b");
        a.Backward(Tensor.From([1.0], 1));
        b.Backward(Tensor.From([1.0], 1));
        using Optimizer sgd = new SgdOptions { LearningRate = 0.1 }.Create(
            [new ParameterGroup { Name = "a", Parameters = [a] }, new ParameterGroup { Name = "b", Parameters = [b], LearningRateScale = 2, WeightDecay = 0.5 }]);

        sgd.Step(0.1);

        Assert.Equal([0.9, 0.7], [a.ToDoubles()[0], b.ToDoubles()[0]], (x, y) => Math.Abs(x - y) < 1e-15); // 1 − 0.1·1; 1 − 0.2·(1 + 0.5)
    }

    private static double[] Train(string name, int resumeAt, int threads)
    {
        using IDisposable use = ComputeThreads.Use(threads);
        Parameter[] parameters = [.. Parameters(), new Parameter(Tensor.Full(DType.F32, 0.5, 300, 120), "layer.large")];
        Optimizer optimizer = Create(name, parameters);
        for (int step = 0; step < 6; step++)
        {
            if (step == resumeAt)
            {
                Dictionary<string, Tensor> state = optimizer.State().ToDictionary(pair => pair.Name, pair => Copy(pair.Value));
                optimizer.Dispose();
                optimizer = Create(name, parameters);
                optimizer.LoadState(state);
            }

            optimizer.ZeroGrad();
            foreach (Parameter parameter in parameters.Where(p => step % 2 == 0 || p.Name != "layer.b"))
            {
                parameter.Backward(Gradient(parameter, step));
            }

            optimizer.Step(0.05);
        }

        optimizer.Dispose();
        return [.. parameters.SelectMany(parameter => parameter.ToDoubles())];
    }

    private static Tensor Copy(Tensor value)
    {
        Tensor copy = Tensor.Zeros(value.DType, value.Shape);
        copy.CopyFrom(value);
        return copy;
    }

    private static Optimizer Create(string name, Parameter[] parameters) =>
        All[name].Create([new ParameterGroup { Name = "all", Parameters = parameters, WeightDecay = 0.01 }]);

    private static Parameter[] Parameters() =>
    [
        new Parameter(Tensor.From([.. Enumerable.Range(0, 15).Select(i => (float)Math.Sin(i + 1))], 3, 5), "layer.w"),
        new Parameter(Tensor.From([.. Enumerable.Range(0, 5).Select(i => (float)Math.Cos(i))], 5), "layer.b"),
    ];

    private static Tensor Gradient(Parameter parameter, int step) =>
        Ops.Reshape(Tensor.From([.. Enumerable.Range(0, (int)parameter.ElementCount).Select(i => (float)Math.Sin((i * 0.7) + step))], (int)parameter.ElementCount), parameter.Shape.Dimensions);

    /// <summary>Gradient of half the squared distance to 3.</summary>
    private static void Backward(Parameter[] parameters)
    {
        foreach (Parameter parameter in parameters)
        {
            parameter.Backward(Ops.AddScalar(parameter.Detach(), -3));
        }
    }

    private static double Distance(Parameter[] parameters) => Math.Sqrt(parameters.Sum(p => p.ToDoubles().Sum(x => (x - 3) * (x - 3))));
}
