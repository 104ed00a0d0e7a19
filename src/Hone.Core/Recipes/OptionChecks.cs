namespace Hone.Core.Recipes;

/// <summary>Receives the contradictions that an <see cref="ICheckedOptions"/> finds in itself.</summary>
public sealed class OptionChecks
{
    private readonly Func<string, SourceLocation> _locate;
    private readonly RecipeProblems _problems;
    private readonly string _help;

    internal OptionChecks(Func<string, SourceLocation> locate, RecipeProblems problems, string help)
    {
        _locate = locate;
        _problems = problems;
        _help = help;
    }

    /// <summary>Reports a contradiction.</summary>
    /// <param name="property">Name of the property to underline; if the recipe does not set it, the record's own place is underlined.</param>
    /// <param name="message">What is wrong, in one line.</param>
    /// <param name="fix">What to write instead.</param>
    public void Report(string property, string message, string fix) => _problems.Add(_locate(KeyText.FromName(property)), message, [fix], _help);
}
