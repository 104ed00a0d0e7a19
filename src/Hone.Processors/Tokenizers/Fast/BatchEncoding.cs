namespace Hone.Processors.Tokenizers.Fast;

/// <summary>Encodes many texts on several threads.</summary>
internal static class BatchEncoding
{
    // Texts that a thread takes at a time: few enough to share unequal texts evenly, and enough that taking them costs nothing.
    private const int TextsPerTurn = 16;

    /// <summary>Encodes every text.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="encode">Encodes one; called by several threads.</param>
    /// <param name="threads">Number of threads.</param>
    /// <param name="cancellation">Ends the work between two texts.</param>
    /// <returns>The results in the order of the texts.</returns>
    public static int[][] Run(IReadOnlyList<string> texts, Func<string, int[]> encode, int threads, CancellationToken cancellation)
    {
        var results = new int[texts.Count][];
        int next = 0;
        void TakeTurns()
        {
            for (int start; (start = Interlocked.Add(ref next, TextsPerTurn) - TextsPerTurn) < texts.Count;)
            {
                for (int i = start; i < Math.Min(start + TextsPerTurn, texts.Count); i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    results[i] = encode(texts[i]);
                }
            }
        }

        int helpers = Math.Min(threads, (texts.Count + TextsPerTurn - 1) / TextsPerTurn);
        if (helpers <= 1)
        {
            TakeTurns();
        }
        else
        {
            Parallel.For(0, helpers, new ParallelOptions { MaxDegreeOfParallelism = helpers, CancellationToken = cancellation }, _ => TakeTurns());
        }

        return results;
    }
}
