using System.Globalization;

namespace Hone.Tensors.Tests;

/// <summary>The comparison that all numeric tests use; reports the worst element and rejects NaN, other shapes and emptiness that was not asked for.</summary>
internal static class Close
{
    /// <summary>Asserts <c>|actual − expected| ≤ absolute + relative·max|expected|</c> for every element.</summary>
    public static void Assert(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected, double relative, double absolute, string what = "", bool mayBeEmpty = false)
    {
        if (actual.Length != expected.Length)
        {
            Xunit.Assert.Fail($"{what}: {actual.Length} values, expected {expected.Length}");
        }

        if (actual.Length == 0 && !mayBeEmpty)
        {
            Xunit.Assert.Fail($"{what}: nothing was compared");
        }

        double largest = 0;
        foreach (double value in expected)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        double limit = absolute + (relative * largest);
        int worst = -1;
        double worstError = limit;
        for (int i = 0; i < actual.Length; i++)
        {
            double error = Math.Abs(actual[i] - expected[i]);
            if (!(error <= worstError)) // NaN fails too
            {
                worst = i;
                worstError = double.IsNaN(error) ? double.PositiveInfinity : error;
            }
        }

        if (worst >= 0)
        {
            Xunit.Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"{what}: worst at flat index {worst}: got {actual[worst]:R}, expected {expected[worst]:R}; allowed difference {limit:E2}"));
        }
    }

    /// <summary>Asserts equal shapes and close values, in f64.</summary>
    public static void Assert(Tensor actual, Tensor expected, double relative, double absolute, string what = "", bool mayBeEmpty = false)
    {
        Xunit.Assert.Equal(expected.Shape, actual.Shape);
        Assert(actual.ToDoubles(), expected.ToDoubles(), relative, absolute, what, mayBeEmpty);
    }
}
