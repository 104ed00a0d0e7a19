namespace Hone.Core.Registry;

/// <summary>Finds the names a user may have meant.</summary>
public static class NearestNames
{
    /// <summary>The most names that an error proposes.</summary>
    public const int MaxProposals = 3;

    // Names and keys are short; a longer input is not a misspelling and comparing it would cost quadratic time.
    private const int MaxComparedLength = 64;

    /// <summary>Orders the candidates by edit distance and returns the nearest three, however far they are.</summary>
    public static IReadOnlyList<string> Rank(string name, IEnumerable<string> candidates) =>
        [.. Order(name, candidates).Take(MaxProposals).Select(c => c.Name)];

    /// <summary>Returns up to three candidates close enough to be a misspelling of the name, nearest first.</summary>
    /// <remarks>Close is a distance of at most a third of the longer name's length (at least one edit), or one being the beginning of the other;
    /// names more than one edit farther than the nearest are left out.</remarks>
    public static IReadOnlyList<string> Similar(string name, IEnumerable<string> candidates)
    {
        (string Name, int Distance)[] similar = [.. Order(name, candidates).Where(c => IsSimilar(name, c.Name, c.Distance))];
        return [.. similar.Where(c => c.Distance <= similar[0].Distance + 1).Take(MaxProposals).Select(c => c.Name)];
    }

    /// <summary>Counts the insertions, deletions, substitutions and swaps of neighbours that turn one name into the other, ignoring case.</summary>
    /// <remarks>Source: optimal string alignment distance (restricted Damerau-Levenshtein).</remarks>
    public static int Distance(string from, string to)
    {
        int[,] cost = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
        {
            cost[i, 0] = i;
        }

        for (int j = 0; j <= to.Length; j++)
        {
            cost[0, j] = j;
        }

        for (int i = 1; i <= from.Length; i++)
        {
            for (int j = 1; j <= to.Length; j++)
            {
                bool equal = Lower(from[i - 1]) == Lower(to[j - 1]);
                int best = Math.Min(Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, cost[i - 1, j - 1] + (equal ? 0 : 1));
                if (i > 1 && j > 1 && Lower(from[i - 1]) == Lower(to[j - 2]) && Lower(from[i - 2]) == Lower(to[j - 1]))
                {
                    best = Math.Min(best, cost[i - 2, j - 2] + 1);
                }

                cost[i, j] = best;
            }
        }

        return cost[from.Length, to.Length];
    }

    private static IEnumerable<(string Name, int Distance)> Order(string name, IEnumerable<string> candidates)
    {
        string compared = name.Length > MaxComparedLength ? name[..MaxComparedLength] : name;
        return candidates.Distinct().Select(c => (Name: c, Distance: Distance(compared, c)))
            .OrderBy(c => c.Distance).ThenBy(c => c.Name, StringComparer.Ordinal);
    }

    private static bool IsSimilar(string name, string candidate, int distance)
    {
        if (name.Length >= 3 && candidate.Length >= 3
            && (candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase) || name.StartsWith(candidate, StringComparison.OrdinalIgnoreCase)))
        {
            return true;
        }

        return distance <= Math.Max(1, Math.Max(name.Length, candidate.Length) / 3);
    }

    private static char Lower(char c) => char.ToLowerInvariant(c);
}
