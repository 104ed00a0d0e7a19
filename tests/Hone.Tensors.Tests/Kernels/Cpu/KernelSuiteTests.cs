namespace Hone.Tensors.Tests.Kernels.Cpu;

/// <summary>The suite itself must be able to fail.</summary>
public sealed unsafe class KernelSuiteTests
{
    [Fact]
    public void AssertClose_TenTimesTheTolerance_Fails()
    {
        KernelSuite.AssertClose([1.000001f], [1.0], 2e-6, 0, "within");
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => KernelSuite.AssertClose([1.00002f], [1.0], 2e-6, 0, "outside"));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => KernelSuite.AssertClose([float.NaN], [1.0], 2e-6, 1, "NaN"));
    }

    [Fact]
    public void Read_AfterAWriteBehindTheEnd_Fails()
    {
        using var floats = new GuardedFloats(3);
        floats.Pointer[3] = 1;

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => floats.Read());
    }

    [Fact]
    public void AssertGradient_WrongGradient_Fails()
    {
        double[] x = [0.5];

        KernelSuite.AssertGradient(() => [x[0] * x[0]], x, [1], [1.0]);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => KernelSuite.AssertGradient(() => [x[0] * x[0]], x, [1], [1.001]));
    }
}
