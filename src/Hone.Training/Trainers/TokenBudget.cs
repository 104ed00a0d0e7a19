namespace Hone.Training.Trainers;

/// <summary>Counts what fits into a number of tokens.</summary>
internal static class TokenBudget
{
    /// <summary>How many of the first items have together no more tokens than allowed: at least one, if there is any.</summary>
    /// <param name="items">Number of items.</param>
    /// <param name="tokens">Tokens allowed.</param>
    /// <param name="tokensOf">Tokens of an item.</param>
    public static int CountWithin(int items, int tokens, Func<int, long> tokensOf)
    {
        int count = 0;
        long sum = 0;
        while (count < items && ((sum += tokensOf(count)) <= tokens || count == 0))
        {
            count++;
        }

        return count;
    }
}
