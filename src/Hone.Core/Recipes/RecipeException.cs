using Hone.Core.Errors;

namespace Hone.Core.Recipes;

/// <summary>A recipe that cannot be run, with every problem found in it.</summary>
public sealed class RecipeException : HoneException
{
    /// <summary>Creates the error from the problems in the order they are shown.</summary>
    /// <param name="problems">The problems to show, at least one.</param>
    /// <param name="count">Their number, including those left out.</param>
    public RecipeException(IReadOnlyList<RecipeProblem> problems, int count)
        : base(problems[0].Message, problems[0].Where, string.Join("; ", problems[0].Notes), problems[0].Help)
    {
        Problems = problems;
        Count = count;
    }

    /// <summary>The problems in the order they are shown.</summary>
    public IReadOnlyList<RecipeProblem> Problems { get; }

    /// <summary>Number of problems, including those left out of <see cref="Problems"/>.</summary>
    public int Count { get; }

    /// <summary>Lays out all problems with source lines, carets and the closing count.</summary>
    public string Render()
    {
        IEnumerable<string> texts = Problems.Select(problem => problem.Render());
        if (Count > Problems.Count)
        {
            texts = texts.Append($"… and {Count - Problems.Count} more");
        }

        return string.Join('\n', texts) + $"\n{Count} {(Count == 1 ? "error" : "errors")}; nothing was started.";
    }
}
