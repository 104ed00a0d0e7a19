namespace Hone.Training.Losses;

/// <summary>Advantages of sampled answers: how much better than the other answers to the same prompt each is.</summary>
public static class GrpoAdvantages
{
    // Added to standard deviations, as TRL does: equal rewards give advantages of 0.
    private const double Epsilon = 1e-4;

    /// <summary>Compares the rewards within each group.</summary>
    /// <param name="rewards">One an answer; answers to one prompt are neighbours.</param>
    /// <param name="groupSize">Answers to a prompt, at least 2.</param>
    /// <param name="scale">What differences are divided by.</param>
    /// <returns><c>(r − mean of its group)/(s + 1e-4)</c> with sample standard deviation s, one an answer.</returns>
    /// <remarks>Source: Shao et al., arXiv:2402.03300, section 4.1; by batch: Liu et al., arXiv:2508.08221; without: Liu et al., arXiv:2503.20783, section 3.</remarks>
    /// <exception cref="TrainingException">The rewards are not whole groups, or one is not finite.</exception>
    public static double[] Compute(ReadOnlySpan<double> rewards, int groupSize, AdvantageScale scale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groupSize, 2);
        if (rewards.IsEmpty || rewards.Length % groupSize != 0)
        {
            throw new TrainingException("Advantages: the rewards are not whole groups.", "rewards", $"{rewards.Length} rewards, groups of {groupSize}", "Keep all answers to a prompt in one batch.");
        }

        var advantages = new double[rewards.Length];
        double all = Deviation(rewards);
        for (int at = 0; at < rewards.Length; at += groupSize)
        {
            ReadOnlySpan<double> group = rewards.Slice(at, groupSize);
            double mean = Mean(group);
            double divisor = scale switch
            {
                AdvantageScale.Group => Deviation(group) + Epsilon,
                AdvantageScale.Batch => all + Epsilon,
                _ => 1,
            };
            for (int i = 0; i < groupSize; i++)
            {
                advantages[at + i] = (group[i] - mean) / divisor;
                if (!double.IsFinite(advantages[at + i]))
                {
                    throw new TrainingException("Advantages: a reward is not finite.", $"answer {i} of group {at / groupSize}", $"reward {group[i]}", "Let the reward function give a finite number for every answer.");
                }
            }
        }

        return advantages;
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }

    private static double Deviation(ReadOnlySpan<double> values)
    {
        double mean = Mean(values), squares = 0;
        foreach (double value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        return Math.Sqrt(squares / (values.Length - 1));
    }
}
