using System.Text.Json;

namespace Hone.Conformance.Tests;

/// <summary>Counts comparisons and keeps the differences, so that one test reports all cases of a file.</summary>
internal sealed class DifferenceList
{
    private const int Shown = 12;
    private readonly List<string> _differences = [];
    private int _count;

    /// <summary>Compares two sequences exactly.</summary>
    public void Compare<T>(string what, IEnumerable<T> expected, IEnumerable<T> actual)
    {
        _count++;
        if (!expected.SequenceEqual(actual))
        {
            _differences.Add($"{what}: expected [{string.Join(' ', expected)}], got [{string.Join(' ', actual)}]");
        }
    }

    /// <summary>Compares two texts exactly.</summary>
    public void Compare(string what, string expected, string actual)
    {
        _count++;
        if (!string.Equals(expected, actual, StringComparison.Ordinal))
        {
            _differences.Add($"{what}: expected {JsonSerializer.Serialize(expected)}, got {JsonSerializer.Serialize(actual)}");
        }
    }

    /// <summary>Fails with the first differences; says how much was compared.</summary>
    public void AssertNone()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{_count} comparisons");
        Assert.True(_count > 0, "nothing was compared");
        Assert.True(_differences.Count == 0, $"{_differences.Count} of {_count} comparisons differ:\n{string.Join('\n', _differences.Take(Shown))}");
    }
}
