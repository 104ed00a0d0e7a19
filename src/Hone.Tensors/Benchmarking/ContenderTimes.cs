namespace Hone.Tensors.Benchmarking;

/// <summary>Seconds a call of one contender in each round.</summary>
/// <param name="Name">The contender.</param>
/// <param name="Rounds">Median seconds a call, by round.</param>
public sealed record ContenderTimes(string Name, IReadOnlyList<double> Rounds)
{
    /// <summary>Median over the rounds.</summary>
    public double Seconds => Median([.. Rounds]);

    /// <summary>Median over the rounds of this contender's speed divided by <paramref name="other"/>'s, both of the same round.</summary>
    public double SpeedRelativeTo(ContenderTimes other)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(other.Rounds.Count, Rounds.Count);
        return Median([.. Rounds.Zip(other.Rounds, (own, theirs) => theirs / own)]);
    }

    /// <summary>Middle value, or the mean of the two middle values; sorts <paramref name="values"/>.</summary>
    internal static double Median(Span<double> values)
    {
        values.Sort();
        int middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
