using Hone.Tensors.Kernels;
using Hone.Tensors.Kernels.Cpu.Simd;
using Hone.Tensors.Threading;

namespace Hone.Tensors.Tests.Ops;

/// <summary>The suites that every op passes without further wiring: a new op file is picked up by its attribute.</summary>
public sealed class OpConformanceTests
{
    // bf16 keeps 8 significant bits; results are rounded once and inputs once.
    private const double HalfPrecisionTolerance = 4.0 / 256;

    // Where terms of order 1 cancel to a gradient of exactly 0, f32 leaves about one rounding error of each.
    private const double GradientFloor = 5e-7;

    public static TheoryData<string> Names => OpCatalog.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Samples_OfEveryOp_IncludeAnEmptyTensor(string op)
    {
        IReadOnlyList<OpSample> samples = OpCatalog.SamplesOf(op);

        Assert.Contains(samples, sample => sample.Inputs.Any(input => input.Shape.Contains(0)) || sample.Name.Contains("empty", StringComparison.Ordinal));
        Assert.True(samples.Count >= 3, $"{op} has {samples.Count} samples");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_InF32AtEveryVectorWidthAndLayout_EqualsTheF64Reference(string op)
    {
        foreach (OpSample sample in OpCatalog.SamplesOf(op))
        {
            foreach (Layout layout in Enum.GetValues<Layout>())
            {
                using var scope = TensorScope.Begin("test");
                Tensor expected = sample.Invoke(SampleInputs.Build(sample, DType.F64, layout, trainable: false));
                foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
                {
                    using (SimdDispatch.Use(level))
                    {
                        Tensor actual = sample.Invoke(SampleInputs.Build(sample, DType.F32, layout, trainable: false));

                        AssertClose(actual, expected, sample.RelativeTolerance, $"{op} {sample.Name} {layout} {level}");
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_InF64OnEveryLayout_EqualsCentralDifferences(string op)
    {
        int checkedSamples = 0;
        foreach (OpSample sample in OpCatalog.SamplesOf(op).Where(s => s.HasGradient && s.Inputs.Any(i => i.IsDifferentiable)))
        {
            foreach (Layout layout in Enum.GetValues<Layout>())
            {
                GradientCheck.Run(sample, layout, $"{op} {sample.Name} {layout}");
                checkedSamples++;
            }
        }

        Assert.True(checkedSamples > 0 || OpCatalog.SamplesOf(op).All(s => !s.HasGradient), $"{op}: no gradient was checked");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_InF32AtEveryVectorWidth_EqualsTheF64Gradient(string op)
    {
        foreach (OpSample sample in OpCatalog.SamplesOf(op).Where(s => s.Inputs.Any(i => i.IsDifferentiable)))
        {
            foreach (Layout layout in Enum.GetValues<Layout>())
            {
                using var scope = TensorScope.Begin("test");
                List<Tensor> expected = GradientCheck.Gradients(sample, DType.F64, layout);
                foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
                {
                    using (SimdDispatch.Use(level))
                    {
                        List<Tensor> actual = GradientCheck.Gradients(sample, DType.F32, layout);

                        Assert.Equal(expected.Count, actual.Count);
                        for (int i = 0; i < actual.Count; i++)
                        {
                            AssertClose(actual[i], expected[i], 8 * sample.RelativeTolerance, $"{op} {sample.Name} {layout} {level} gradient {i}", GradientFloor);
                        }
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Result_With1And2And7Threads_HasTheSameBits(string op)
    {
        foreach (OpSample sample in OpCatalog.SamplesOf(op))
        {
            using var scope = TensorScope.Begin("test");
            List<float[]>? first = null;
            foreach (int threads in (int[])[1, 2, 7])
            {
                using (ComputeThreads.Use(threads))
                {
                    List<float[]> results = [sample.Invoke(SampleInputs.Build(sample, DType.F32, Layout.Contiguous, trainable: false)).ToArray<float>()];
                    results.AddRange(GradientCheck.Gradients(sample, DType.F32, Layout.Contiguous).Select(g => g.ToArray<float>()));
                    first ??= results;

                    for (int i = 0; i < results.Count; i++)
                    {
                        Assert.True(first[i].AsSpan().SequenceEqual(results[i]) || first[i].Any(float.IsNaN), $"{op} {sample.Name}: result {i} differs with {threads} threads");
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_InHalfPrecision_KeepsTheTypeAndComesNearF64(string op)
    {
        foreach (OpSample sample in OpCatalog.SamplesOf(op).Where(s => s.AcceptsHalfPrecision))
        {
            foreach (DType dtype in (DType[])[DType.BF16, DType.F16])
            {
                using var scope = TensorScope.Begin("test");
                Tensor[] rounded = SampleInputs.Build(sample, dtype, Layout.Contiguous, trainable: false);
                Tensor expected = sample.Invoke(Array.ConvertAll(rounded, x => x.DType == dtype ? Strided.Cast(x, DType.F64) : x));
                Tensor actual = sample.Invoke(rounded);

                Assert.Equal(expected.DType == DType.F64 ? dtype : expected.DType, actual.DType);
                AssertClose(actual, expected, HalfPrecisionTolerance, $"{op} {sample.Name} {dtype}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void FrozenInputs_GetNoGradientAndLeaveTheOthersUnchanged(string op)
    {
        foreach (OpSample sample in OpCatalog.SamplesOf(op).Where(s => s.Inputs.Count(i => i.IsDifferentiable) > 1))
        {
            using var scope = TensorScope.Begin("test");
            List<Tensor> all = GradientCheck.Gradients(sample, DType.F32, Layout.Contiguous);
            for (int kept = 0; kept < all.Count; kept++)
            {
                List<Tensor?> some = GradientCheck.GradientsWithOnly(sample, kept);

                Assert.All(some.Where((_, i) => i != kept), Assert.Null);
                Assert.Equal(all[kept].ToArray<float>(), some[kept]!.ToArray<float>());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ForwardAndBackward_AfterTheScopeEnds_HoldNoMemory(string op)
    {
        foreach (OpSample sample in OpCatalog.SamplesOf(op))
        {
            var pool = new MemoryPoolWatch();
            using (TensorScope.Begin("test"))
            {
                GradientCheck.Gradients(sample, DType.F32, Layout.Contiguous);
            }

            Assert.Equal(0, pool.Growth);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_ByReferenceInF32_EqualsTheKernel(string op)
    {
        foreach (OpSample sample in OpCatalog.SamplesOf(op))
        {
            using var scope = TensorScope.Begin("test");
            Tensor fast = sample.Invoke(SampleInputs.Build(sample, DType.F32, Layout.Contiguous, trainable: false));
            using (ReferenceMode.Begin())
            {
                Tensor slow = sample.Invoke(SampleInputs.Build(sample, DType.F32, Layout.Contiguous, trainable: false));

                AssertClose(fast, slow, 2 * sample.RelativeTolerance, $"{op} {sample.Name}");
            }
        }
    }

    private static void AssertClose(Tensor actual, Tensor expected, double relative, string what, double absolute = 1e-30)
    {
        double[] a = actual.ToDoubles();
        double[] e = expected.ToDoubles();
        if (e.Length > 0 && Array.TrueForAll(e, double.IsNaN))
        {
            Assert.All(a, value => Assert.True(double.IsNaN(value), what)); // a mean over nothing
            return;
        }

        Assert.Equal(expected.Shape, actual.Shape);
        Close.Assert(a, e, relative, absolute, what, mayBeEmpty: expected.ElementCount == 0);
    }
}
