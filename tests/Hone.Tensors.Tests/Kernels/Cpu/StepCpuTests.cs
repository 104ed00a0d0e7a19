using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Optimizers;
using Op = Hone.Tensors.Ops;

namespace Hone.Tensors.Tests.Kernels.Cpu;

/// <summary>The element-wise optimizer steps: kernels against the f64 reference, guard values around every buffer, thread counts, hand-computed elements.</summary>
public sealed unsafe class StepCpuTests
{
    private const float GradientScale = 0.5f;

    public static TheoryData<string> Names => new(Cases.Keys.Order(StringComparer.Ordinal));

    private static Dictionary<string, Case> Cases { get; } = new(StringComparer.Ordinal)
    {
        ["sgd"] = Sgd(new SgdSettings { GradientScale = GradientScale }, states: 0),
        ["sgd momentum"] = Sgd(new SgdSettings { Momentum = 0.9, Dampening = 0.3, GradientScale = GradientScale }, states: 1),
        ["sgd nesterov"] = Sgd(new SgdSettings { Momentum = 0.9, IsNesterov = true, GradientScale = GradientScale }, states: 1),
        ["lion"] = new Case(
            1,
            parameters => new LionCpu().Step(parameters, new LionSettings { Beta1 = 0.9, Beta2 = 0.99, GradientScale = GradientScale }),
            tensors => Op.LionStep(tensors, new LionSettings { Beta1 = 0.9, Beta2 = 0.99, GradientScale = GradientScale })),
        ["rmsprop"] = RmsProp(new RmsPropSettings { Alpha = 0.9, Epsilon = 1e-3, GradientScale = GradientScale }, states: 1),
        ["rmsprop momentum"] = RmsProp(new RmsPropSettings { Alpha = 0.9, Epsilon = 1e-3, Momentum = 0.8, GradientScale = GradientScale }, states: 2),
        ["rmsprop centered"] = RmsProp(new RmsPropSettings { Alpha = 0.9, Epsilon = 1e-3, IsCentered = true, GradientScale = GradientScale }, states: 3),
        ["rmsprop centered momentum"] = RmsProp(new RmsPropSettings { Alpha = 0.9, Epsilon = 1e-3, IsCentered = true, Momentum = 0.8, GradientScale = GradientScale }, states: 3),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_ThreeStepsOverManyTensors_MatchesTheReference(string name)
    {
        double[][] expected = Reference(Cases[name], KernelSuite.Sizes, steps: 3);

        KernelSuite.AssertClose(() => Run(Cases[name], KernelSuite.Sizes, steps: 3), expected, 1e-5, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_AnyThreadCount_SameBits(string name) => KernelSuite.AssertSameForAllThreadCounts(() => Run(Cases[name], [40_001, 3, 577], steps: 2)[..(1 + Cases[name].States)]);

    [Fact]
    public void SgdStep_WithMomentumAndDecay_IsHandComputed()
    {
        // g = 0.5 + 0.1·1 = 0.6; first step: b = 0.6, p = 1 − 0.1·0.6 = 0.94
        // g = 0.5 + 0.1·0.94 = 0.594; b = 0.9·0.6 + 0.7·0.594 = 0.9558, p = 0.94 − 0.09558 = 0.84442
        AssertSteps([0.94, 0.84442], [0.6, 0.9558], (entry, _) => Op.SgdStep([entry], new SgdSettings { Momentum = 0.9, Dampening = 0.3 }), decay: 0.1);
    }

    [Fact]
    public void LionStep_WithDecay_IsHandComputed()
    {
        // sign(0.1·0.5) = 1: p = 1·(1 − 0.1·0.1) − 0.1 = 0.89, m = 0.01·0.5 = 0.005; again p = 0.89·0.99 − 0.1 = 0.7811, m = 0.99·0.005 + 0.005 = 0.00995
        AssertSteps([0.89, 0.7811], [0.005, 0.00995], (entry, _) => Op.LionStep([entry], new LionSettings { Beta1 = 0.9, Beta2 = 0.99 }), decay: 0.1);
    }

    [Fact]
    public void RmsPropStep_IsHandComputed()
    {
        // v = 0.1·0.25 = 0.025, p = 1 − 0.1·0.5/√0.025 = 0.6837722339831621; v = 0.9·0.025 + 0.025 = 0.0475, p −= 0.05/√0.0475
        AssertSteps([1 - (0.05 / Math.Sqrt(0.025)), 1 - (0.05 / Math.Sqrt(0.025)) - (0.05 / Math.Sqrt(0.0475))], [0.025, 0.0475], (entry, _) => Op.RmsPropStep([entry], new RmsPropSettings { Alpha = 0.9, Epsilon = 0 }), decay: 0);
    }

    [Fact]
    public void SgdStep_StateThatDoesNotFit_IsRefused()
    {
        using var scope = TensorScope.Begin("test");
        using var parameter = new Parameter(Tensor.Zeros(DType.F32, 3), "w");
        var settings = new SgdSettings { Momentum = 0.9 };

        Assert.Throws<Errors.TensorException>(() => Op.SgdStep([new StepTensors(parameter, 0.1, 0) { First = Tensor.Zeros(DType.F32, 3) }], settings)); // no gradient
        parameter.Backward(Tensor.Zeros(DType.F32, 3));
        Assert.Throws<Errors.TensorException>(() => Op.SgdStep([new StepTensors(parameter, 0.1, 0)], settings)); // no state
        Assert.Throws<Errors.TensorException>(() => Op.SgdStep([new StepTensors(parameter, 0.1, 0) { First = Tensor.Zeros(DType.F32, 4) }], settings));
    }

    private static void AssertSteps(double[] values, double[] states, Action<StepTensors, int> step, double decay)
    {
        using var scope = TensorScope.Begin("test");
        using var parameter = new Parameter(Tensor.From([1.0], 1), "w");
        Tensor state = Tensor.Zeros(DType.F64, 1);
        parameter.Backward(Tensor.From([0.5], 1));
        for (int i = 0; i < values.Length; i++)
        {
            step(new StepTensors(parameter, 0.1, decay) { First = state, IsFirstStep = i == 0 }, i);

            Assert.Equal(values[i], parameter.ToDoubles()[0], 1e-14);
            Assert.Equal(states[i], state.ToDoubles()[0], 1e-14);
        }
    }

    private static Case Sgd(SgdSettings settings, int states) => new(states, parameters => new SgdCpu().Step(parameters, settings), tensors => Op.SgdStep(tensors, settings));

    private static Case RmsProp(RmsPropSettings settings, int states) => new(states, parameters => new RmsPropCpu().Step(parameters, settings), tensors => Op.RmsPropStep(tensors, settings));

    private static (double LearningRate, double WeightDecay) Rates(int tensor) => (0.01 / (tensor + 1), tensor % 2 == 0 ? 0.1 : 0);

    private static float[] Gradient(int tensor, int step, int size) => KernelSuite.Values((tensor * 100) + step, size, -1.0 / step, 1.0 / step);

    /// <summary>Parameters, then state by state, of all tensors; memory is guarded.</summary>
    private static float[][] Run(Case tested, int[] sizes, int steps)
    {
        GuardedFloats[][] buffers = [[.. sizes.Select((size, i) => new GuardedFloats(KernelSuite.Values(i, size)))], .. Enumerable.Range(0, 3).Select(_ => sizes.Select(size => new GuardedFloats(new float[size])).ToArray())];
        for (int step = 1; step <= steps; step++)
        {
            GuardedFloats[] gradients = [.. sizes.Select((size, i) => new GuardedFloats(Gradient(i, step, size)))];
            tested.Kernel([.. sizes.Select((size, i) => new StepParameter
            {
                Parameter = buffers[0][i].Pointer,
                Gradient = gradients[i].Pointer,
                First = tested.States > 0 ? buffers[1][i].Pointer : null,
                Second = tested.States > 1 ? buffers[2][i].Pointer : null,
                Third = tested.States > 2 ? buffers[3][i].Pointer : null,
                Count = size,
                GradientScale = GradientScale,
                LearningRate = Rates(i).LearningRate,
                WeightDecay = Rates(i).WeightDecay,
                IsFirstStep = step == 1,
            })]);
            Array.ForEach(gradients, g => g.Dispose());
        }

        float[][] result = Array.ConvertAll(buffers, b => b.SelectMany(t => t.Read()).ToArray());
        Array.ForEach(buffers, b => Array.ForEach(b, t => t.Dispose()));
        return result;
    }

    private static double[][] Reference(Case tested, int[] sizes, int steps)
    {
        using var scope = TensorScope.Begin("test");
        Parameter[] parameters = [.. sizes.Select((size, i) => new Parameter(Tensor.From(KernelSuite.Double(KernelSuite.Values(i, size)), size), $"p{i}"))];
        Tensor[][] states = [.. Enumerable.Range(0, 3).Select(_ => sizes.Select(size => Tensor.Zeros(DType.F64, size)).ToArray())];
        for (int step = 1; step <= steps; step++)
        {
            for (int i = 0; i < sizes.Length; i++)
            {
                parameters[i].ZeroGrad();
                parameters[i].Backward(Tensor.From(KernelSuite.Double(Gradient(i, step, sizes[i])), sizes[i]));
            }

            tested.Op([.. sizes.Select((_, i) => new StepTensors(parameters[i], Rates(i).LearningRate, Rates(i).WeightDecay)
            {
                First = tested.States > 0 ? states[0][i] : null,
                Second = tested.States > 1 ? states[1][i] : null,
                Third = tested.States > 2 ? states[2][i] : null,
                IsFirstStep = step == 1,
            })]);
        }

        return [Join(parameters), Join(states[0]), Join(states[1]), Join(states[2])];

        static double[] Join(Tensor[] tensors) => [.. tensors.SelectMany(t => t.ToDoubles())];
    }

    private sealed record Case(int States, Action<StepParameter[]> Kernel, Action<StepTensors[]> Op);
}
