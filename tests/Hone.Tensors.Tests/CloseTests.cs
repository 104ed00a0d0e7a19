using Xunit.Sdk;

namespace Hone.Tensors.Tests;

public sealed class CloseTests
{
    [Fact]
    public void Assert_DifferenceWithinTolerance_Passes() => Close.Assert([1.0, 2.0 + 1e-7], [1.0, 2.0], 1e-7, 0);

    [Fact]
    public void Assert_DifferenceTenTimesTolerance_Fails() => Xunit.Assert.Throws<FailException>(() => Close.Assert([1.0, 2.0 + 2e-6], [1.0, 2.0], 1e-7, 0));

    [Theory]
    [InlineData(double.NaN, 1.0)]
    [InlineData(1.0, double.NaN)]
    [InlineData(double.PositiveInfinity, 1.0)]
    public void Assert_NotFinite_Fails(double actual, double expected) => Xunit.Assert.Throws<FailException>(() => Close.Assert([actual], [expected], 1, 1));

    [Fact]
    public void Assert_Nothing_Fails() => Xunit.Assert.Throws<FailException>(() => Close.Assert([], [], 1, 1));

    [Fact]
    public void Assert_OtherLength_Fails() => Xunit.Assert.Throws<FailException>(() => Close.Assert([1.0], [1.0, 1.0], 1, 1));
}
