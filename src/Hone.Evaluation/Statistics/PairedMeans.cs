using Hone.Core.Random;

namespace Hone.Evaluation.Statistics;

/// <summary>By how much the means of two scores of the same questions differ, for scores that are not only right or wrong.</summary>
/// <param name="Value">The second mean minus the first.</param>
/// <param name="Low">Lower end of the 95 % interval.</param>
/// <param name="High">Upper end of the 95 % interval.</param>
/// <param name="PValue">How often chance alone gives a difference at least as large, if the two are alike.</param>
public readonly record struct PairedMeans(double Value, double Low, double High, double PValue)
{
    /// <summary>Up to so many differences other than zero every assignment of signs is counted; beyond, assignments are drawn.</summary>
    private const int MostEnumerated = 18;

    private const int Draws = 10_000;
    private const double Rounding = 1e-12; // sums in another order differ by less

    /// <summary>Compares two scores of each question: the interval by the bootstrap over questions, the p-value by changing signs at random.</summary>
    /// <remarks>
    /// Sources: B. Efron, Bootstrap methods: another look at the jackknife, 1979 (percentile interval); R. A. Fisher, The design of experiments, 1935,
    /// section 21 (signs of differences). With drawn signs the p-value is <c>(1 + hits) / (1 + draws)</c>, never 0.
    /// </remarks>
    /// <param name="first">Scores of the first, <c>[questions]</c>, finite.</param>
    /// <param name="second">Scores of the second for the same questions.</param>
    /// <param name="random">Where the draws come from; the same stream gives the same figures.</param>
    /// <exception cref="ArgumentException">There is no question, the lengths differ, or a score is not finite.</exception>
    public static PairedMeans Compare(ReadOnlySpan<double> first, ReadOnlySpan<double> second, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (first.Length != second.Length || first.IsEmpty)
        {
            throw new ArgumentException($"Pairs are needed: got {first.Length} and {second.Length} scores.", nameof(second));
        }

        var differences = new double[first.Length];
        for (int i = 0; i < differences.Length; i++)
        {
            differences[i] = second[i] - first[i];
            if (!double.IsFinite(differences[i]))
            {
                throw new ArgumentException($"Scores must be finite: number {i} is {first[i]} and {second[i]}.", nameof(second));
            }
        }

        (double low, double high) = Bootstrap(differences, random.CreateChild("bootstrap"));
        return new PairedMeans(Mean(differences), low, high, SignTest(differences, random.CreateChild("signs")));
    }

    private static (double Low, double High) Bootstrap(double[] differences, RandomStream random)
    {
        var means = new double[Draws];
        for (int draw = 0; draw < Draws; draw++)
        {
            double sum = 0;
            for (int i = 0; i < differences.Length; i++)
            {
                sum += differences[random.NextInt32(differences.Length)];
            }

            means[draw] = sum / differences.Length;
        }

        Array.Sort(means);
        return (means[(int)(0.025 * Draws)], means[(int)(0.975 * Draws) - 1]);
    }

    private static double SignTest(double[] all, RandomStream random)
    {
        double[] differences = [.. all.Where(difference => difference != 0)]; // zero stays zero under either sign
        double observed = Math.Abs(differences.Sum()), enough = observed - (Rounding * differences.Sum(Math.Abs));
        if (differences.Length <= MostEnumerated)
        {
            long assignments = 1L << differences.Length, hits = 0;
            for (long signs = 0; signs < assignments; signs++)
            {
                double sum = 0;
                for (int i = 0; i < differences.Length; i++)
                {
                    sum += ((signs >> i) & 1) == 0 ? differences[i] : -differences[i];
                }

                hits += Math.Abs(sum) >= enough ? 1 : 0;
            }

            return hits / (double)assignments;
        }

        long drawn = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            double sum = 0;
            foreach (double difference in differences)
            {
                sum += random.NextInt32(2) == 0 ? difference : -difference;
            }

            drawn += Math.Abs(sum) >= enough ? 1 : 0;
        }

        return (1 + drawn) / (1.0 + Draws);
    }

    private static double Mean(double[] values) => values.Sum() / values.Length;
}
