namespace Hone.Conformance.Tests.TextModels;

/// <summary>Compares with the tolerances that the fixtures' README states, and remembers how much of them was used.</summary>
internal sealed class Tolerance
{
    private readonly SortedDictionary<string, double> _used = new(StringComparer.Ordinal);

    /// <summary>Logits, hidden states, poolings and log-probabilities: 2e-4 absolute plus 2e-5 relative.</summary>
    public void Values(string what, double[] actual, double[] expected) => Compare("values", what, actual, expected, want => 2e-4 + (2e-5 * Math.Abs(want)));

    /// <summary>Losses: 2e-5 absolute.</summary>
    public void Loss(string what, double actual, double expected) => Compare("loss", what, [actual], [expected], _ => 2e-5);

    /// <summary>Gradients: 1e-3 of the tensor's largest value.</summary>
    /// <remarks>A gradient that is mathematically zero (a key bias) is rounding in both; it is compared with 1e-6 absolute.</remarks>
    public void Gradient(string what, double[] actual, double[] expected)
    {
        double largest = Math.Max(1e-3, expected.Max(Math.Abs));
        Compare("gradients", what, actual, expected, _ => 1e-3 * largest);
    }

    /// <summary>A bound of its own.</summary>
    public void Absolute(string what, double[] actual, double[] expected, double bound) => Compare(what, what, actual, expected, _ => bound);

    /// <summary>Says how much of each tolerance was used.</summary>
    public void Report() => TestContext.Current.TestOutputHelper!.WriteLine(string.Join("; ", _used.Select(pair => $"{pair.Key} {pair.Value:P1} of the tolerance")));

    private void Compare(string kind, string what, double[] actual, double[] expected, Func<double, double> bound)
    {
        Assert.True(actual.Length == expected.Length, $"{what}: {actual.Length} values, expected {expected.Length}");
        Assert.NotEmpty(actual);
        double worst = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double used = Math.Abs(actual[i] - expected[i]) / bound(expected[i]);
            Assert.True(used <= 1, $"{what}: element {i} is {actual[i]:R}, expected {expected[i]:R} ({used:0.0} times the tolerance)");
            worst = Math.Max(worst, used);
        }

        _used[kind] = Math.Max(worst, _used.GetValueOrDefault(kind));
    }
}
