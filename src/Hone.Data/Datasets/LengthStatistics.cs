using System.Collections.Immutable;
using System.Globalization;

namespace Hone.Data.Datasets;

/// <summary>How long examples are, and how much of them is trained.</summary>
/// <param name="Examples">Number of examples.</param>
/// <param name="Tokens">Number of their tokens.</param>
/// <param name="TrainedTokens">Number of tokens that are trained.</param>
/// <param name="Shortest">Tokens of the shortest.</param>
/// <param name="Median">Half of them have at most so many tokens.</param>
/// <param name="Percentile90">90 of 100 have at most so many tokens.</param>
/// <param name="Percentile99">99 of 100 have at most so many tokens.</param>
/// <param name="Longest">Tokens of the longest.</param>
/// <param name="Histogram">How many examples there are of which lengths; intervals of equal width from 1.</param>
public sealed record LengthStatistics(long Examples, long Tokens, long TrainedTokens, int Shortest, int Median, int Percentile90, int Percentile99, int Longest, ImmutableArray<LengthInterval> Histogram)
{
    /// <summary>Mean number of tokens of an example.</summary>
    public double Mean => (double)Tokens / Examples;

    /// <summary>Share of the tokens that is trained.</summary>
    public double TrainedShare => (double)TrainedTokens / Tokens;

    /// <summary>Says how long examples are, in a line.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"shortest {Shortest:N0}, median {Median:N0}, mean {Mean:N1}, 90 % at most {Percentile90:N0}, 99 % at most {Percentile99:N0}, longest {Longest:N0}");

    /// <summary>Counts the examples of a store.</summary>
    /// <param name="store">The examples.</param>
    /// <param name="maxIntervals">The most intervals of the histogram.</param>
    /// <exception cref="ArgumentException">There is no example.</exception>
    public static LengthStatistics Of(ExampleStore store, int maxIntervals = 20)
    {
        ArgumentNullException.ThrowIfNull(store);
        return Of([.. Enumerable.Range(0, store.Count).Select(store.LengthOf)], store.Report.Sources.Sum(source => source.TrainedTokens), maxIntervals);
    }

    /// <summary>Counts lengths.</summary>
    /// <param name="lengths">Tokens of each example.</param>
    /// <param name="trainedTokens">How many of all these tokens are trained.</param>
    /// <param name="maxIntervals">The most intervals of the histogram.</param>
    /// <exception cref="ArgumentException">There is no length.</exception>
    public static LengthStatistics Of(ReadOnlySpan<int> lengths, long trainedTokens, int maxIntervals = 20)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxIntervals);
        if (lengths.IsEmpty)
        {
            throw new ArgumentException("No example, no statistics.", nameof(lengths));
        }

        int[] sorted = lengths.ToArray();
        Array.Sort(sorted);
        int width = RoundUp((sorted[^1] + maxIntervals - 1) / maxIntervals);
        var counts = new long[(Math.Max(1, sorted[^1]) + width - 1) / width];
        long tokens = 0;
        foreach (int length in sorted)
        {
            counts[Math.Max(0, length - 1) / width]++;
            tokens += length;
        }

        return new LengthStatistics(
            sorted.Length, tokens, trainedTokens, sorted[0], Percentile(sorted, 50), Percentile(sorted, 90), Percentile(sorted, 99), sorted[^1],
            [.. counts.Select((count, i) => new LengthInterval(i * width + 1, (i + 1) * width, count))]);
    }

    /// <summary>The smallest length that so many of 100 do not exceed.</summary>
    private static int Percentile(int[] sorted, int percent) => sorted[(int)(((long)sorted.Length * percent + 99) / 100 - 1)];

    /// <summary>The next of 1, 2, 5, 10, 20, 50, …</summary>
    private static int RoundUp(int width)
    {
        for (long power = 1; ; power *= 10)
        {
            foreach (long step in (ReadOnlySpan<long>)[1, 2, 5])
            {
                if (step * power >= width)
                {
                    return (int)Math.Min(step * power, int.MaxValue);
                }
            }
        }
    }
}
