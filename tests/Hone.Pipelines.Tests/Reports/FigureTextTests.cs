using Hone.Pipelines.Reports;

namespace Hone.Pipelines.Tests.Reports;

public sealed class FigureTextTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.0002, "2e-4")]
    [InlineData(0.12345, "0.1235")]
    [InlineData(1.23456, "1.235")]
    [InlineData(-12.3456, "−12.35")]
    [InlineData(12345.6, "12,346")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "−∞")]
    public void Number_HasFourDigits(double value, string expected) => Assert.Equal(expected, FigureText.Number(value));

    [Theory]
    [InlineData(0.5, "0.5 s")]
    [InlineData(65, "1 min 5 s")]
    [InlineData(7810, "2 h 10 min")]
    public void Duration_IsInWords(double seconds, string expected) => Assert.Equal(expected, FigureText.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0.00001, "p < 0.0001")]
    [InlineData(0.0012, "p = 0.0012")]
    [InlineData(0.5, "p = 0.500")]
    public void PValue_IsNeverZero(double value, string expected) => Assert.Equal(expected, FigureText.PValue(value));

    [Theory]
    [InlineData(0.125, "+12.5")]
    [InlineData(-0.125, "−12.5")]
    [InlineData(0, "0.0")]
    public void Points_HaveTheirSign(double difference, string expected) => Assert.Equal(expected, FigureText.Points(difference));

    [Theory]
    [InlineData(999, "999 B")]
    [InlineData(5_500_000, "5.5 MB")]
    public void Bytes_AreInPowersOfTen(double bytes, string expected) => Assert.Equal(expected, FigureText.Bytes(bytes));
}
