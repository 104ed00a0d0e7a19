namespace Hone.Core.Recipes;

/// <summary>Collects every problem of a recipe so that a user sees all of them at once.</summary>
internal sealed class RecipeProblems
{
    // A broken generator can produce one mistake a line; beyond this many nobody reads on.
    private const int MaxKept = 100;

    private readonly List<RecipeProblem> _problems = [];
    private readonly List<string> _sources = [];

    /// <summary>Number of problems, including those beyond the ones kept for printing.</summary>
    public int Count { get; private set; }

    /// <summary>The problems by file in the order read, line and column.</summary>
    public IReadOnlyList<RecipeProblem> Sorted =>
        [.. _problems.OrderBy(p => _sources.IndexOf(SourceOf(p))).ThenBy(p => p.Location?.Line ?? 0).ThenBy(p => p.Location?.Column ?? 0)];

    /// <summary>Adds a problem; the same message at the same place (an alias used twice) counts once.</summary>
    public void Add(RecipeProblem problem)
    {
        if (_problems.Exists(p => p.Message == problem.Message && p.Where == problem.Where))
        {
            return;
        }

        Count++;
        if (_problems.Count < MaxKept)
        {
            _problems.Add(problem);
            if (!_sources.Contains(SourceOf(problem)))
            {
                _sources.Add(SourceOf(problem));
            }
        }
    }

    /// <summary>Adds a problem at a place.</summary>
    public void Add(SourceLocation location, string message, IReadOnlyList<string>? notes = null, string help = "") =>
        Add(new RecipeProblem(message, location) { Notes = notes ?? [], Help = help });

    /// <summary>Fails if there is any problem.</summary>
    /// <exception cref="RecipeException">There is at least one problem.</exception>
    public void ThrowIfAny()
    {
        if (Count > 0)
        {
            throw new RecipeException(Sorted, Count);
        }
    }

    private static string SourceOf(RecipeProblem problem) => problem.Location?.Source.Name ?? problem.File;
}
